"""Is this an HTTP Archive 1.2? A strict reading of the format (HAR 1.2, 2012-08-14): every field that it wants, of the type
that it wants, and no field that it does not know unless an underscore stands before it."""

import datetime

TEXT, WHOLE, NUMBER = 'text', 'whole', 'number'
PAIR = {'name': TEXT, 'value': TEXT, 'comment?': TEXT}
COOKIE = {**PAIR, 'path?': TEXT, 'domain?': TEXT, 'expires?': TEXT, 'httpOnly?': bool, 'secure?': bool}
HEAD = {'httpVersion': TEXT, 'cookies': [COOKIE], 'headers': [PAIR], 'headersSize': WHOLE, 'bodySize': WHOLE, 'comment?': TEXT}
SHAPE = {'log': {
    'version': TEXT,
    'creator': {'name': TEXT, 'version': TEXT, 'comment?': TEXT},
    'browser?': {'name': TEXT, 'version': TEXT, 'comment?': TEXT},
    'pages?': [],
    'entries': [{
        'pageref?': TEXT,
        'startedDateTime': TEXT,
        'time': NUMBER,
        'request': {**HEAD, 'method': TEXT, 'url': TEXT, 'queryString': [PAIR],
                    'postData?': {'mimeType': TEXT, 'params?': [], 'text?': TEXT, 'comment?': TEXT}},
        'response': {**HEAD, 'status': WHOLE, 'statusText': TEXT, 'redirectURL': TEXT,
                     'content': {'size': WHOLE, 'compression?': WHOLE, 'mimeType': TEXT, 'text?': TEXT, 'encoding?': TEXT, 'comment?': TEXT}},
        'cache': {'beforeRequest?': dict, 'afterRequest?': dict, 'comment?': TEXT},
        'timings': {'blocked?': NUMBER, 'dns?': NUMBER, 'connect?': NUMBER, 'send': NUMBER, 'wait': NUMBER, 'receive': NUMBER,
                    'ssl?': NUMBER, 'comment?': TEXT},
        'serverIPAddress?': TEXT,
        'connection?': TEXT,
        'comment?': TEXT,
    }],
    'comment?': TEXT,
}}


def _fits(value, shape, where):
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        known = {key.rstrip('?') for key in shape}
        for key in value:
            assert key in known or key.startswith('_'), f'{where}.{key} is no field of HAR'
        for key, inner in shape.items():
            if key.rstrip('?') in value:
                _fits(value[key.rstrip('?')], inner, f'{where}.{key}')
            else:
                assert key.endswith('?'), f'{where}.{key} is missing'
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for i, item in enumerate(value):
            _fits(item, shape[0], f'{where}[{i}]')
    elif shape is TEXT:
        assert isinstance(value, str), where
    elif shape is WHOLE:
        assert isinstance(value, int) and not isinstance(value, bool), where
    elif shape is NUMBER:
        assert isinstance(value, (int, float)) and not isinstance(value, bool), where
    else:
        assert isinstance(value, shape), where


def check(archive):
    _fits(archive, SHAPE, 'har')
    assert archive['log']['version'] == '1.2'
    for entry in archive['log']['entries']:
        at = datetime.datetime.fromisoformat(entry['startedDateTime'].replace('Z', '+00:00'))
        assert at.tzinfo
        parts = [entry['timings'][part] for part in ('blocked', 'dns', 'connect', 'send', 'wait', 'receive')]
        assert entry['time'] == sum(part for part in parts if part > 0), 'the time of an entry is the sum of its parts'
