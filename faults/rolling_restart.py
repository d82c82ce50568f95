"""rolling restart: three servers on PostgreSQL and Redis, behind HAProxy that follows readiness, are restarted in
turns.

AV-6: of 50,000 requests over 15 restarts none fails, and no acknowledged write is lost; each server ends within 30 s.
Control: the same restarts by kill -9; requests must fail.
"""

import signal
import time

from lib import ask, documents, haproxy, postgres, program, redis, writes

BUSY_WRITE = "general_server_busy"
BUSY_READ = f"503 {BUSY_WRITE}"


def roll(world, report, servers, proxy, database, restarts, wanted, end, pause):
    """Restarts the servers in turns under load, until there were enough requests, and counts what failed."""
    readers = [ask.Asker(proxy, documents.User(proxy).session, pause=pause) for _ in range(8)]
    slowest, number, codes = 0.0, 0, set()
    with writes.Load([proxy], 4, pause=0.05) as load, ask.Askers(readers) as read:
        begun = time.monotonic()
        while number < restarts or (len(read.results()) + load.count() < wanted and number < 4 * restarts):
            server = servers[number % len(servers)]
            stopped_at = time.monotonic()
            server.send(end)
            codes.add(server.process.wait(60))
            slowest = max(slowest, time.monotonic() - stopped_at)
            server.start()
            time.sleep(1)
            number += 1
        seconds = time.monotonic() - begun
    failures = load.failures()
    outcomes = {ended: times for ended, times in read.outcomes().items() if ended != "ok"}
    requests, failed = (
        len(read.results()) + load.count() + sum(failures.values()),
        read.failed() + sum(failures.values()),
    )
    figure = (
        f"{number} restarts, {requests:,} requests at {requests / seconds:.0f}/s: {failed} failed "
        f"(reads: {outcomes or 'none'}, writes: {failures or 'none'})"
    )
    # A server that finds no connection in time says so whether or not another is restarted.
    busy = outcomes.get(BUSY_READ, 0) + failures.get(BUSY_WRITE, 0)
    report.check(failed == busy and requests >= wanted and world.is_in_time(not busy), "AV-6", figure)
    figure = f"a server has ended {slowest:.1f} s after its signal at most, exit codes {sorted(codes)}"
    report.check(slowest <= 30 and codes == {0}, "AV-6", figure)
    writes.check(report, "AV-6", database, load.writers)


def main(world):
    """Restarts by SIGTERM, then by SIGKILL."""
    database, store = postgres.Postgres(world).create(), redis.Redis(world)
    servers = world.servers(3, database, store, redis__instances=3, limits__rates="false")
    proxy = haproxy.Haproxy(world, servers)
    restarts, wanted, pause = world.size((2, 0, 0.1), (15, 50_000, 0.01))
    roll(world, world.report, servers, proxy, database, restarts, wanted, signal.SIGTERM, pause)
    world.report.control(
        "restarts by kill -9",
        lambda report: roll(world, report, servers, proxy, database, 2, 0, signal.SIGKILL, pause),
        sees="restarts,",
    )


if __name__ == "__main__":
    program.run(main)
