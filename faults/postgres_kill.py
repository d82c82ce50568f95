"""kill -9 of PostgreSQL under a load of writes: of the whole cluster, and of single back ends.

DU-3: no acknowledged write is lost and none is done twice; the service is back within 5 s of PostgreSQL's return,
without a restart of the server. A server refuses to start on `fsync = off` and on `synchronous_commit = off`.
Control: an acknowledged write is removed from the database by hand; the comparison must miss it.
"""

import contextlib
import os
import random
import signal
import time

from lib import ask, documents, postgres, program, writes

WRITERS = 6


def kill_cluster(cluster, _):
    """Ends every process at once, and starts anew."""
    cluster.kill()
    cluster.start()


def kill_backend(cluster, database):
    """Ends one process that serves the server. PostgreSQL ends the others by itself, and recovers."""
    backends = cluster.backends(database.database)
    os.kill(random.choice(backends), signal.SIGKILL)
    time.sleep(0.05)
    cluster.wait()


def survive(world, cluster, name, kill, kills):
    """Kills again and again under one load, and compares at the end."""
    database = cluster.create()
    server = world.server(database, limits__rates="false")
    user, slowest = documents.User(server), 0.0
    with (
        writes.Load([server], WRITERS, pause=0.01) as load,
        ask.Askers([ask.Asker(server, user.session)]) as reader,
        ask.Askers([ask.Asker(server, user.session, documents.UPDATE_NAME, {"name": "Ada"})]) as renamer,
    ):
        for _ in range(kills):
            time.sleep(random.uniform(0.2, 0.6))
            kill(cluster, database)
            back_at = time.monotonic()
            end = back_at + 8
            # Back is who reads and writes.
            while (
                ok_at := max(reader.first_ok(back_at), renamer.first_ok(back_at))
            ) == float("inf") and time.monotonic() < end:
                time.sleep(0.02)
            slowest = max(slowest, ok_at - back_at)
    world.report.check(
        slowest <= 5, "DU-3", f"{kills} kills of {name}: reads and writes at most {slowest:.2f} s after PostgreSQL's return"
    )
    is_up = server.process.poll() is None
    world.report.check(
        is_up and not server.faults(),
        "DU-3",
        f"{name}: {len(server.faults())} panics, the server {'goes on' if is_up else 'has ended'}",
    )
    # A commit may be on disk although PostgreSQL was killed before it said so: the server can't know. One kill can meet
    # every writer at its commit; of many kills it is less than one writer each.
    writes.check(world.report, "DU-3", database, load.writers, f", {name}", most_in_doubt=max(kills, WRITERS))
    writes.forget_one(database, load.writers)
    world.report.control(
        "one write removed",
        lambda report: writes.check(report, "DU-3", database, load.writers, most_in_doubt=max(kills, WRITERS)),
        sees=" 1 lost",
    )
    server.kill()


def starts(world, cluster, **settings):
    """Starts a server while the cluster has these settings. Returns whether it serves, and its log."""
    cluster.stop()
    cluster.settings.update(settings)
    cluster.start()
    server = world.prepared(cluster.create())
    server.launch()
    with contextlib.suppress(RuntimeError):
        server.wait()
    is_up, log = server.process.poll() is None, server.log()
    server.kill()
    return is_up, log


def main(world):
    """Both kinds of kill, then settings that make losses likely."""
    cluster = postgres.Postgres(world)
    survive(world, cluster, "the cluster", kill_cluster, world.size(2, 50))
    survive(world, cluster, "a back end", kill_backend, world.size(2, 50))
    is_up, log = starts(world, cluster, fsync="off")
    world.report.check(
        not is_up and "fsync" in log, "DU-3", f"fsync = off: {'it starts' if is_up else log.strip()[-120:]}"
    )
    is_up, log = starts(world, cluster, fsync="on", synchronous_commit="off")
    world.report.check(
        not is_up and "synchronous_commit" in log,
        "DU-3",
        f"synchronous_commit = off: {'it starts' if is_up else log.strip()[-120:]}",
    )


if __name__ == "__main__":
    program.run(main)
