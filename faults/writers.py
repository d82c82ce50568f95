"""Sixty-four users write at once into one SQLite file.

DU-6: none is told that the database is locked, whatever the pace; at 150 changes a second p99 is at most 150 ms.
Control: 64 connections of our own without a time to wait, each of which begins a transaction; some must find it
locked.
"""

import sqlite3
import threading
import time

from lib import database, program, writes

WRITERS = 64


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


def collide(report, file):
    """Writers of our own, who wait for nobody."""
    locked, lock, start = [0], threading.Lock(), threading.Barrier(8)

    def run():
        connection = sqlite3.connect(file, timeout=0, isolation_level=None)
        start.wait()
        for _ in range(50):
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO numbers VALUES (1)")
                connection.execute("COMMIT")
            except sqlite3.OperationalError:
                with lock:
                    locked[0] += 1
        connection.close()

    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
    connection.close()
    threads = [threading.Thread(target=run, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.check(not locked[0], "DU-6", f"{locked[0]} of 400 transactions found the database locked")


def main(world):
    """As fast as can be, then at a pace, then the control."""
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, limits__rates="false")
    with writes.Load([server], WRITERS) as load:
        time.sleep(world.size(2, 300))
    check_writers(world.report, load, "without pause")
    writes.check(world.report, "DU-6", store, load.writers)
    with writes.Load([server], WRITERS, pause=0.42) as load:
        time.sleep(world.size(1, 300))
    check_writers(world.report, load, "at a pace")
    ordered = sorted(seconds for writer in load.writers for seconds in writer.seconds)
    p99 = ordered[int(len(ordered) * 0.99)] * 1000
    world.report.check(world.is_in_time(p99 <= 150), "DU-6", f"at a pace: p99 {p99:.0f} ms")
    world.report.control("no time to wait", lambda report: collide(report, world.path("own") / "own.db"))


if __name__ == "__main__":
    program.run(main)
