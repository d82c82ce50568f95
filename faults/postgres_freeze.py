"""freeze: every process of PostgreSQL is frozen by SIGSTOP, or its link lets one byte a second through.

AV-5: every request ends within 5 s, those in flight when it froze and those that come after; the service is back
within 5 s of the thaw; liveness stays 200, readiness turns 503. Where requests to PostgreSQL are held back and arrive
late, nothing is done for a request that was answered with an error.
Control: a client that connects to PostgreSQL on the same path as the server gets no answer in time, so that each of
the three faults is real.
"""

import functools
import socket
import time

from lib import ask, postgres, program, proxy, writes

LIMIT = 5
# How many connections a server has, and so how many commits can be under way.
POOL = 10


def query_directly(report, port):
    """Asks PostgreSQL whether it supports TLS, as every client does first: the answer is one byte."""
    with socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.settimeout(LIMIT)
        connection.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")
        try:
            answer = connection.recv(1)
        except TimeoutError:
            answer = b""
    report.check(answer == b"N", "AV-5", f"PostgreSQL itself answers {answer!r} within {LIMIT} s")


def freeze(world, port, database, server, begin, end, name, seconds):
    """Freezes under load, and looks at every request."""
    report = world.report
    with (
        writes.Load([server], 12, pause=0.02) as load,
        ask.Askers([ask.Asker(server, load.writers[0].user.session) for _ in range(4)]) as readers,
    ):
        time.sleep(1)
        begin()
        frozen_at = time.monotonic()
        time.sleep(1.5)
        readiness, liveness = server.readiness(timeout=10), server.liveness()
        report.control(f"{name}: a client of its own", lambda broken: query_directly(broken, port), sees="answers b''")
        time.sleep(max(0, frozen_at + seconds - time.monotonic()))
        thawed_at = time.monotonic()
        end()
        back_at = time.monotonic()
        time.sleep(3)
    slowest = max(readers.slowest(), load.slowest())
    outcomes = readers.outcomes(frozen_at, thawed_at)
    count = len(readers.results(frozen_at)) + load.count("refused") + load.count("unanswered")
    report.check(
        slowest <= LIMIT, "AV-5", f"{name} for {seconds} s: {count} requests, the slowest ended after {slowest:.2f} s"
    )
    report.note(
        f"{name}: reads meanwhile: {outcomes}; writes: {load.count()} acknowledged, {load.count('refused')} refused"
    )
    report.check(
        load.count("unanswered") == 0 and "late" not in outcomes,
        "AV-5",
        f"{name}: {load.count('unanswered')} requests got no answer",
    )
    report.check((readiness, liveness) == (503, 200), "AV-5", f"{name}: readiness {readiness}, liveness {liveness}")
    back = readers.first_ok(back_at) - back_at
    report.check(back <= 5, "AV-5", f"{name}: reads are answered again {back:.2f} s after the end")
    in_doubt = 0 if name == "held back" else POOL
    writes.check(report, "AV-5", database, load.writers, f", {name}", most_in_doubt=in_doubt)


def main(world):
    """The whole cluster frozen; then, by way of a proxy, a link that drips and one that holds requests back."""
    seconds = world.size(6, 20)
    cluster = postgres.Postgres(world)
    database = cluster.create()
    server = world.server(database, limits__rates="false")
    freeze(world, cluster.port, database, server, cluster.freeze, cluster.thaw, "frozen", seconds)
    server.kill()
    link = proxy.Proxy(world, cluster.port)
    # An answer that drips or is frozen on its way leaves a commit in doubt. Where only requests are held back, none is.
    for name, mode in (("dripping", proxy.DRIP), ("held back", proxy.HOLD)):
        database = cluster.create()
        server = world.server(database, limits__rates="false", database__url=cluster.url(database.database, link.port))
        begin, end = (functools.partial(link.set, to) for to in (mode, proxy.PASS))
        freeze(world, link.port, database, server, begin, end, name, seconds)
        server.kill()


if __name__ == "__main__":
    program.run(main)
