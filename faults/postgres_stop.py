"""PostgreSQL is stopped under load for a minute, and started again.

AV-4: meanwhile each request is answered with 503 within 1 s, readiness is 503 and liveness 200, at most ten
connections a second are tried; full service is back within 5 s of PostgreSQL's return, without a restart and without
a panic.
Control: the same check of a span in which PostgreSQL runs; it must report that requests were not refused.
"""

import time

from lib import ask, documents, postgres, program, proxy, writes


def is_refused(report, name, results, most):
    """Whether every request got 503 in time."""
    others = {ended for _, _, ended in results if ended != "503 general_server_busy"}
    slowest = max(seconds for _, seconds, _ in results)
    figure = f"{name}: {len(results)} requests, slowest {slowest:.2f} s, other than 503: {sorted(others) or 'none'}"
    report.check(not others and slowest <= most, "AV-4", figure)


def main(world):
    """One outage, with a proxy that counts the connections."""
    report, cluster = world.report, postgres.Postgres(world)
    database, link = cluster.create(), proxy.Proxy(world, cluster.port)
    server = world.server(database, limits__rates="false", database__url=cluster.url(database.database, link.port))
    user = documents.User(server)
    seconds = world.size(5, 60)
    rename = ask.Asker(server, user.session, documents.UPDATE_NAME, {"name": "Ada"}, pause=0.05)
    with (
        ask.Askers([rename, *(ask.Asker(server, user.session, pause=0.05) for _ in range(4))]) as load,
        writes.Load([server], 2, pause=0.02) as journal,
    ):
        time.sleep(1)
        cluster.stop()
        stopped_at = time.monotonic()
        time.sleep(1)
        readiness, liveness = server.readiness(), server.liveness()
        time.sleep(seconds)
        started_at = time.monotonic()
        cluster.start()
        back_at = time.monotonic()
        time.sleep(world.size(3, 8))
    # Requests in flight at the stop may have been cut off by PostgreSQL itself.
    is_refused(report, f"stopped for {seconds} s", load.results(stopped_at + 1, started_at), world.size(2, 1))
    report.note(f"in the first second: {load.outcomes(stopped_at, stopped_at + 1)}")
    report.check((readiness, liveness) == (503, 200), "AV-4", f"readiness {readiness}, liveness {liveness}")
    tries = [at for at in link.connects if stopped_at <= at <= started_at]
    worst = max(sum(at <= other < at + 1 for other in tries) for at in tries)
    report.check(worst <= 10, "AV-4", f"{len(tries)} connections tried, at most {worst} within a second")
    back = load.first_ok(back_at) - back_at
    report.check(back <= 5, "AV-4", f"first answer {back:.2f} s after PostgreSQL's return")
    settled = back_at + world.size(2, 5)
    report.check(
        not load.failed(settled), "AV-4", f"{settled - back_at:.0f} s after its return: {load.outcomes(settled)}"
    )
    report.check(
        server.process.poll() is None and not server.faults(), "AV-4", f"{len(server.faults())} panics, no restart"
    )
    writes.check(report, "AV-4", database, journal.writers)
    report.control(
        "PostgreSQL runs",
        lambda broken: is_refused(broken, "running", load.results(0, stopped_at), 2),
        sees="other than 503: ['ok'",
    )


if __name__ == "__main__":
    program.run(main)
