"""Calls of every kind, by the proxy that https_proxy names; prints what came back, one call a line.

    https_proxy=URL grpc_client.py ROOT HOST:PORT
"""

import queue
import sys

import grpc

WAIT_S = 60


def turns(channel):
    """A message is sent only when the one before has been answered: what is held back on the way is waited for in vain."""
    to_say = queue.Queue()
    answers = channel.stream_stream("/test.Talker/Talk")(iter(to_say.get, None), timeout=WAIT_S)
    heard = []
    for word in (b"one", b"two", b"three"):
        to_say.put(word)
        heard.append(next(answers))
    to_say.put(None)
    return heard + list(answers)


def main(root, target):
    with open(root, "rb") as file:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(file.read()))
    say = channel.unary_unary("/test.Talker/Say")
    answer, call = say.with_call(b"hello", timeout=WAIT_S)
    print(answer, call.trailing_metadata())
    print(len(say(b"x" * 2_000_000, timeout=WAIT_S)))
    try:
        say(b"where is it?", timeout=WAIT_S)
    except grpc.RpcError as error:
        print(error.code(), error.details())
    try:
        channel.unary_unary("/test.Talker/Sing")(b"la", timeout=WAIT_S)
    except grpc.RpcError as error:
        print(error.code())
    print(sum(int(one) for one in channel.unary_stream("/test.Talker/Count")(b"1000", timeout=WAIT_S)))
    print(channel.stream_unary("/test.Talker/Add")((b"%d" % i for i in range(1000)), timeout=WAIT_S))
    print(turns(channel))
    channel.close()


main(*sys.argv[1:])
