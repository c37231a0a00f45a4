"""A gRPC server for the tests, on a loopback port that the system picks and that it prints. Messages are plain bytes.

    grpc_site.py CERTIFICATE KEY
"""

import sys
from concurrent import futures

import grpc


def say(message, context):
    """One for one, in reverse; or a status, when that is what was asked for."""
    if message == b"where is it?":
        context.abort(grpc.StatusCode.NOT_FOUND, "nowhere: 100 % sure")
    context.set_trailing_metadata((("x-length", str(len(message))),))
    return message[::-1]


def count(message, _):
    """As many for one as it says."""
    for i in range(int(message)):
        yield b"%d" % i


def add(messages, _):
    """One for many."""
    return b"%d" % sum(int(one) for one in messages)


def talk(messages, _):
    """Each is answered before the next one is waited for."""
    for one in messages:
        yield one.upper()


class Talker(grpc.GenericRpcHandler):
    calls = {"/test.Talker/Say": grpc.unary_unary_rpc_method_handler(say), "/test.Talker/Count": grpc.unary_stream_rpc_method_handler(count),
             "/test.Talker/Add": grpc.stream_unary_rpc_method_handler(add), "/test.Talker/Talk": grpc.stream_stream_rpc_method_handler(talk)}

    def service(self, handler_call_details):
        return self.calls.get(handler_call_details.method)


def main(certificate, key):
    with open(key, "rb") as k, open(certificate, "rb") as c:
        credentials = grpc.ssl_server_credentials([(k.read(), c.read())])
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Talker()])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


main(*sys.argv[1:])
