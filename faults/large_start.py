"""Starts on a database with 10^6 users, who have a session and a row of the log each.

AV-11: ready within 2 s: after an orderly stop, after `kill -9` under load, and with a file of which nothing is in the
kernel's memory. No start takes longer because of the users: the same of an empty database is shown beside it.
(That no request scans a table is tested by the plans of all statements.)
Control: the same look at a server that is held for two seconds while it starts.
"""

import os
import signal
import time

from lib import client, database, documents, many, program, writes

LIMIT = 2


def forget(store):
    """Has the kernel forget what it keeps of the database."""
    for file in store.file.parent.glob("*.db*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def start(server, held=0.0):
    """Starts a server. Returns the seconds until it is ready and until a user has signed up and was read."""
    begun = time.monotonic()
    server.launch()
    if held:
        server.send(signal.SIGSTOP)
        time.sleep(held)
        server.send(signal.SIGCONT)
    while server.readiness() != 200:
        if server.process.poll() is not None or time.monotonic() - begun > 60:
            raise RuntimeError(f"accountd did not start: {server.log()}")
        time.sleep(0.005)
    ready = time.monotonic() - begun
    user = documents.User(server)
    documents.ask(client.Client(server.address, session=user.session), documents.GET)
    return ready, time.monotonic() - begun


def check(report, times, name, is_judged):
    """Reports how long some starts took."""
    ready, served = max(ready for ready, _ in times), max(served for _, served in times)
    figure = f"{name}: {len(times)} starts, ready after at most {ready:.2f} s, two requests answered after {served:.2f} s"
    report.check(ready <= LIMIT or not is_judged, "AV-11", figure)


def measure(world, server, store, name, count):
    """Several starts of each kind."""
    times = []
    for _ in range(count):
        times.append(start(server))
        server.stop()
    check(world.report, times, f"{name}, stopped in order", world.is_long)
    times = []
    for _ in range(count):
        forget(store)
        times.append(start(server))
        server.stop()
    check(world.report, times, f"{name}, nothing of it in memory", world.is_long)
    times = []
    server.start()
    for _ in range(count):
        with writes.Load([server], 4):
            time.sleep(world.size(0.5, 3))
            server.kill()
        times.append(start(server))
    check(world.report, times, f"{name}, killed under load", world.is_long)
    server.stop()


def main(world):
    """An empty database, a large one, and the control."""
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, limits__rates="false", drain_seconds=0)
    server.stop()
    starts, users = world.size(1, 5), world.size(20_000, 1_000_000)
    measure(world, server, store, "empty", starts)
    many.fill(store, users, many.SESSIONS, many.LOGS)
    size = store.file.stat().st_size >> 20
    measure(world, server, store, f"{users:,} users, {size} MiB", starts)
    held = [start(server, held=LIMIT)]
    world.report.control("held while it starts", lambda report: check(report, held, "held", True), sees="ready after at most")
    server.stop()


if __name__ == "__main__":
    program.run(main)
