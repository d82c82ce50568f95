"""kill -9 of the server under a load of writes, on SQLite and on PostgreSQL.

DU-1: of 200 kills at random points under at least 100 writes/s, no acknowledged write is lost, none is half done, the
database is sound, and the first answer comes within 1 s of the restart.
Control: an acknowledged write is removed from the database by hand; the comparison must miss it.
"""

import random
import time

from lib import database, documents, postgres, program, writes


def survive(world, store, kills):
    """Kills the server again and again, and compares after each kill."""
    server = world.server(store, limits__rates="false")
    loads, seconds, slowest, failures, errors = [], 0.0, 0.0, [], 0
    for _ in range(kills):
        load = writes.Load([server], 8)
        with load:
            time.sleep(random.uniform(0.1, 0.6))
            server.kill()
        loads.append(load)
        seconds += load.seconds
        begun = time.monotonic()
        server.start()
        first = server.client(session=load.writers[0].user.session).graphql(documents.GET)
        slowest = max(slowest, time.monotonic() - begun)
        comparison = writes.Comparison(store, load.writers)
        errors += bool(first.error)
        if not comparison.is_clean() or not store.is_sound():
            failures.append(str(comparison))
    total = sum(load.count() for load in loads)
    figure = f"{store.name}: {kills} kills at {total / seconds:.0f} acknowledged writes/s: {failures[:1] or 'sound'}"
    world.report.check(not failures, "DU-1", figure, is_final=True)
    world.report.check(world.is_in_time(total / seconds >= 100), "DU-1", f"{total / seconds:.0f} writes/s")
    figure = f"{store.name}: first answer at most {slowest:.2f} s after the restart, {errors} are errors"
    world.report.check(not errors and world.is_in_time(slowest <= 1), "DU-1", figure)
    everybody = [writer for load in loads for writer in load.writers]
    writes.check(world.report, "DU-1", store, everybody, " after all kills")
    writes.forget_one(store, everybody)
    world.report.control(
        "one write removed", lambda report: writes.check(report, "DU-1", store, everybody), sees=" 1 lost"
    )


def main(world):
    """Both stores, one after the other."""
    kills = world.size(2, 200)
    survive(world, database.Sqlite(world.path("sqlite")), kills)
    survive(world, postgres.Postgres(world).create(), kills)


if __name__ == "__main__":
    program.run(main)
