"""The web UI of a proxy under test, as a browser or a script asks it."""

import http.client
import json
import re
import socket

from proxy import WAIT_S


class Ui:
    def __init__(self, proxy):
        found = re.search(r'http://([\d.]+):(\d+)/#token=(\S+)', ''.join(proxy.stderr))
        self.host, self.port, self.token = found.group(1), int(found.group(2)), found.group(3)
        self.origin = f'http://{self.host}:{self.port}'
        self.cookie = None

    def ask(self, method, path, body=None, headers=None, bearer=True):
        """(status, headers, body) of one request on a connection of its own."""
        all_of = {'Authorization': f'Bearer {self.token}'} if bearer else {}
        all_of.update(headers or {})
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_S)
        connection.request(method, path, body, all_of)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        return answer.status, answer.headers, told

    def get(self, path):
        status, _, body = self.ask('GET', path)
        assert status == 200, (path, status, body)
        told = json.loads(body)
        assert told['v'] == 1
        return told

    def send(self, method, path, body=None):
        status, _, told = self.ask(method, path, json.dumps(body) if body is not None else None)
        return status, json.loads(told) if told else None

    def raw(self, text):
        """What comes back for these bytes until the other side ends, or nothing more comes."""
        with socket.create_connection((self.host, self.port), timeout=WAIT_S) as s:
            s.sendall(text)
            got = b''
            while piece := s.recv(65536):
                got += piece
            return got


class Live:
    """The feed: events by name, as they come."""

    def __init__(self, ui, last=None):
        self.socket = socket.create_connection((ui.host, ui.port), timeout=WAIT_S)
        resume = f'Last-Event-ID: {last}\r\n' if last is not None else ''
        self.socket.sendall(f'GET /api/v1/live HTTP/1.1\r\nHost: {ui.host}:{ui.port}\r\nAuthorization: Bearer {ui.token}\r\n{resume}\r\n'
                            .encode())
        self.file = self.socket.makefile('rb')
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass

    def event(self, name):
        """The next one of this name: (id, data)."""
        fields = {}
        while line := self.file.readline().decode():
            line = line.rstrip('\n')
            if line:
                key, _, value = line.partition(': ')
                fields[key] = value
            elif fields.get('event') == name:
                return fields.get('id'), json.loads(fields['data'])
            else:
                fields = {}
        raise RuntimeError('the feed has ended')

    def rows(self, n):
        """Waits for so many rows; gives them with the last id."""
        rows, last = [], None
        while len(rows) < n:
            last, data = self.event('flows')
            rows += data['rows']
        return rows, last

    def close(self):
        self.file.close()
        self.socket.close()
