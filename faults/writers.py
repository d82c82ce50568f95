"""Sixty-four users write at once into one SQLite file.

DU-6: none gets a lock error, at any pace; at 150 changes a second p99 is at most 150 ms.
Control: the same load while another connection holds the lock; some must get the error.
"""

import contextlib
import sqlite3
import time

from lib import ask, database, program, writes

WRITERS = 64
# Sixty-four in turns, so that there are 150 changes a second and a few more.
PAUSE = 0.39
HELD_FOR = 3


def check_writers(report, load, name):
    """Every write was acknowledged."""
    refused = {error for writer in load.writers for _, error in writer.refused.values()}
    done = load.count()
    figure = (
        f"{name}: {done:,} changes by {WRITERS} writers at {done / load.seconds:.0f}/s, {load.count('refused')} refused"
    )
    report.check(
        not load.count("refused") and not load.count("unanswered"), "DU-6", f"{figure} {sorted(refused) or ''}".rstrip()
    )


def with_a_lock(server, store):
    """The same load while another connection holds the lock for longer than a writer waits for it."""
    load = writes.Load([server], WRITERS)
    with contextlib.closing(sqlite3.connect(store.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with load:
            time.sleep(HELD_FOR)
            other.execute("ROLLBACK")
    return load


def main(world):
    """As fast as can be, then at a pace, then the control."""
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, limits__rates="false")
    with writes.Load([server], WRITERS) as load:
        time.sleep(world.size(2, 300))
    check_writers(world.report, load, "without pause")
    writes.check(world.report, "DU-6", store, load.writers)
    with writes.Load([server], WRITERS, pause=PAUSE) as load:
        time.sleep(world.size(1, 300))
    check_writers(world.report, load, "at a pace")
    writes.check(world.report, "DU-6", store, load.writers, " at a pace")
    p99 = ask.p99(seconds for writer in load.writers for seconds in writer.seconds)
    rate = load.count() / load.seconds
    figure = f"at a pace of {rate:.0f}/s: p99 {p99:.0f} ms"
    world.report.check(world.is_in_time(p99 <= 150 and rate >= 150), "DU-6", figure)
    locked = with_a_lock(server, store)
    world.report.control(
        "another holds the lock", lambda report: check_writers(report, locked, "locked"), sees="general_server_busy"
    )


if __name__ == "__main__":
    program.run(main)
