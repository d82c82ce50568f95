"""kill -9 of the server under a load of writes, on SQLite and on PostgreSQL.

DU-1: of 200 kills at random points under at least 100 writes/s, no acknowledged write is lost, none is there by
halves, the database is sound, and the first answer comes within 1 s of the restart.
Control: an acknowledged write is removed from the database by hand; the comparison must miss it.
"""

import random
import time

from lib import database, documents, postgres, program, writes


def survive(world, store, kills):
    """Kills the server again and again, and compares after each kill."""
    server = world.server(store, limits__rates="false")
    load, total, seconds, slowest, failures = None, 0, 0.0, 0.0, []
    for _ in range(kills):
        load = writes.Load([server], 8)
        with load:
            time.sleep(random.uniform(0.1, 0.6))
            server.kill()
        total += load.count()
        seconds += load.seconds
        begun = time.monotonic()
        server.start()
        server.client(session=load.writers[0].user.session).graphql(documents.GET)
        slowest = max(slowest, time.monotonic() - begun)
        comparison = writes.Comparison(store, load.writers)
        if not comparison.is_clean or not store.is_sound():
            failures.append(str(comparison))
    result = f"nothing lost or by halves, {store.name} sound" if not failures else failures[0]
    figure = f"{store.name}: {kills} kills, {total:,} acknowledged writes at {total / seconds:.0f}/s: {result}"
    world.report.check(not failures and world.is_in_time(total / seconds >= 100), "DU-1", figure)
    world.report.check(
        world.is_in_time(slowest <= 1), "DU-1", f"{store.name}: first answer at most {slowest:.2f} s after the restart"
    )
    writes.forget_one(store, load.writers)
    world.report.control("one write removed", lambda report: writes.check(report, "DU-1", store, load.writers))


def main(world):
    """Both stores, one after the other."""
    kills = world.size(2, 200)
    survive(world, database.Sqlite(world.path("sqlite")), kills)
    survive(world, postgres.Postgres(world).create(), kills)


if __name__ == "__main__":
    program.run(main)
