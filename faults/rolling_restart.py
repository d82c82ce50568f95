"""rolling restart: three servers on PostgreSQL and Redis, behind HAProxy that follows readiness, are restarted in turns.

AV-6: of 50,000 requests over 15 restarts none fails, and no acknowledged write is lost; each server ends within 30 s.
Control: the same restarts by kill -9; requests must fail.
"""

import signal
import time

from lib import ask, documents, haproxy, postgres, program, redis, writes


def roll(report, servers, proxy, database, restarts, end, per_second):
    """Restarts the servers in turns under load, and counts what failed."""
    readers = [ask.Asker(proxy, documents.User(proxy).session, pause=8 / per_second) for _ in range(8)]
    slowest = 0.0
    with writes.Load([proxy], 4, pause=0.05) as load, ask.Askers(readers) as read:
        begun = time.monotonic()
        for number in range(restarts):
            server = servers[number % len(servers)]
            stopped_at = time.monotonic()
            server.send(end)
            server.process.wait(60)
            slowest = max(slowest, time.monotonic() - stopped_at)
            server.start()
            time.sleep(1)
        seconds = time.monotonic() - begun
    failed_writes = load.count("refused") + load.count("unanswered")
    requests = len(read.results()) + load.count() + failed_writes
    outcomes = {ended: times for ended, times in read.outcomes().items() if ended != "ok"}
    figure = (
        f"{restarts} restarts, {requests:,} requests at {requests / seconds:.0f}/s: {read.failed() + failed_writes} failed "
        f"({outcomes or 'no'} reads, {failed_writes} writes)"
    )
    report.check(not read.failed() and not failed_writes, "AV-6", figure)
    report.check(slowest <= 30, "AV-6", f"a server has ended {slowest:.1f} s after its signal at most")
    writes.check(report, "AV-6", database, load.writers)


def main(world):
    """Restarts by SIGTERM, then by SIGKILL."""
    database, store = postgres.Postgres(world).create(), redis.Redis(world)
    servers = world.servers(3, database, store, redis__instances=3, limits__rates="false")
    proxy = haproxy.Haproxy(world, servers)
    restarts, rate = world.size((2, 150), (15, 500))
    roll(world.report, servers, proxy, database, restarts, signal.SIGTERM, rate)
    world.report.control(
        "restarts by kill -9", lambda report: roll(report, servers, proxy, database, 2, signal.SIGKILL, rate)
    )


if __name__ == "__main__":
    program.run(main)
