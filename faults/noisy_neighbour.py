"""One address calls as fast as the server answers, while others go on.

AV-10: the others' p99 stays within five times its idle p99, and none of their calls fails, with the limits of production.
The address reads its account, which no limit counts; makes calls that a limit refuses; and tries passwords. It has eight
connections with a request each, as behind a proxy, or with sixteen each (HTTP pipelining, which proxies don't do). Idle
and noisy moments take turns; the figure is the median of their ratios, because the noise comes from the same machine.
Control: a server that is held again and again for ten times its idle p99.
"""

import collections
import contextlib
import functools
import itertools
import multiprocessing
import os
import signal
import socket
import statistics
import threading
import time

from lib import ask, client, database, documents, program

NOISY = "192.0.2.66"
CONNECTIONS, PIPELINED = 8, 16
FACTOR = 5
GUESS = 'mutation { accountCreateEmailPasswordSession(email: "ada@example.com", password: "wrong guess") { _id } }'
KINDS = (("reads", documents.GET), ("refused calls", documents.LIMITED), ("guesses", GUESS))


def make_noise(address, request, pipelined, begun, pipe):
    """Sends the same request on some connections without pause, until it is told to stop. Sends how they were answered."""
    # Whoever measures comes first.
    os.nice(5)
    sockets = [socket.create_connection(address, 30) for _ in range(CONNECTIONS)]
    answers = collections.Counter()
    begun.set()
    while not pipe.poll():
        for one in sockets:
            one.sendall(request * pipelined)
        for one in sockets:
            data, count = b"", 0
            while count < pipelined or not data.endswith(b"}"):
                if not (received := one.recv(1 << 20)):
                    raise ConnectionResetError
                data += received
                count = data.count(b"HTTP/1.1 ")
            answers["refused"] += data.count(b"general_rate_limit_exceeded")
            answers["busy"] += data.count(b"general_server_busy")
            answers["all"] += count
    pipe.send(answers)


@contextlib.contextmanager
def noise(server, document, session, pipelined, tally):
    """A neighbour who makes noise."""
    body = client.encode(document)
    head = f"POST /v1/graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Forwarded-For: {NOISY}\r\n"
    request = f"{head}X-Appwrite-Session: {session}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    ours, theirs = multiprocessing.Pipe()
    begun = multiprocessing.Event()
    process = multiprocessing.Process(target=make_noise, args=(server.address, request, pipelined, begun, theirs), daemon=True)
    process.start()
    begun.wait(30)
    try:
        yield
    finally:
        ours.send("stop")
        tally.update(ours.recv())
        process.join(30)


@contextlib.contextmanager
def held(server, seconds):
    """A server that stands still half of the time."""
    ends = threading.Event()

    def hold():
        while not ends.wait(seconds):
            server.send(signal.SIGSTOP)
            ends.wait(seconds)
            server.send(signal.SIGCONT)

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join(30)


def compare(server, sessions, disturb, rounds, seconds):
    """Others' calls in idle and disturbed moments. Returns the p99s of both, in milliseconds, and how many failed."""
    idle, disturbed, failed = [], [], 0
    for _ in range(rounds):
        for figures, around in ((idle, contextlib.nullcontext()), (disturbed, disturb())):
            with around, ask.Askers([ask.Asker(server, session, pause=0.01) for session in sessions]) as others:
                time.sleep(seconds)
            figures.append(others.p99())
            failed += others.failed()
    return idle, disturbed, failed


def check(report, figures, name, is_judged):
    """Reports how much worse others fare."""
    idle, disturbed, failed = figures
    ratio = statistics.median(one / other for one, other in zip(disturbed, idle))
    figure = (
        f"{name}: others' p99 {statistics.median(idle):.1f} ms idle, {statistics.median(disturbed):.1f} ms meanwhile, "
        f"{ratio:.1f} times (median of {len(idle)}); {failed} failed"
    )
    report.check(not failed and (ratio <= FACTOR or not is_judged), "AV-10", figure)


def main(world):
    """Three kinds of noise, and the control."""
    server = world.server(database.Sqlite(world.path("sqlite")))
    known = {"id": "unique()", "email": "ada@example.com", "password": documents.PASSWORD}
    documents.ask(server.client(), documents.SIGN_UP, known)
    noisy, *others = [documents.User(server).session for _ in range(4)]
    rounds, seconds = world.size(1, 5), world.size(0.7, 3)
    for pipelined, (kind, document) in itertools.product((1, PIPELINED), KINDS):
        tally = collections.Counter()
        disturb = functools.partial(noise, server, document, noisy, pipelined, tally)
        figures = compare(server, others, disturb, rounds, seconds)
        rate = tally["all"] / (rounds * seconds)
        kinds = f"{tally['refused']:,} refused by limits, {tally['busy']:,} with 503"
        name = f"{tally['all']:,} {kind} of one address, {rate:,.0f}/s, {pipelined} at once on a connection ({kinds})"
        check(world.report, figures, name, world.is_long)
    idle = compare(server, others, contextlib.nullcontext, 1, seconds)[0][0]
    figures = compare(server, others, lambda: held(server, idle / 100), 1, seconds)
    world.report.control("a server that is held", lambda report: check(report, figures, "held", True), sees="meanwhile")
    world.report.check(not server.faults(), "AV-10", "no panics")


if __name__ == "__main__":
    program.run(main)
