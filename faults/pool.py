"""Every connection to the database is taken: a row is held locked, and thirty callers wait for it.

AV-3: requests that get no connection get 503 within 2 s, and those that wait for the row get 503, too; liveness stays
200; afterwards no connection is dead, and everything is answered. The short form allows half a second more.
Control: the same check while no row is held; it must report that no request got 503.
"""

import time

from lib import ask, documents, postgres, program

HOLD = "BEGIN; SELECT id FROM users WHERE id = '{user}' FOR UPDATE; SELECT pg_sleep({seconds}); COMMIT"
ANSWERS = {"ok", "503 general_server_busy"}


def exhaust(report, world, server, database, seconds, is_held=True):
    """Holds a row for some seconds while many want to change it, and looks at the requests of others."""
    victim, other = documents.User(server), documents.User(server)
    holder = None
    if is_held:
        query = HOLD.format(user=victim.id, seconds=seconds)
        command = [postgres.program("psql"), "-qX", "-d", database.url, "-c", query]
        holder = world.process(command, world.path("psql") / "log")
        time.sleep(0.5)
    waiting = [ask.Asker(server, victim.session, documents.UPDATE_NAME, {"name": "Ada"}) for _ in range(30)]
    with ask.Askers(waiting) as waiters, ask.Askers([ask.Asker(server, other.session) for _ in range(4)]) as readers:
        time.sleep(seconds - 1)
        liveness = server.liveness()
        if holder:
            holder.wait(30)
        else:
            time.sleep(1)
    outcomes = readers.outcomes()
    figure = f"requests of others: {outcomes}, the slowest took {readers.slowest():.2f} s; liveness {liveness}"
    is_busy = "503 general_server_busy" in outcomes and outcomes.keys() <= ANSWERS
    is_quick = readers.slowest() <= world.size(2.5, 2.1)
    report.check(is_busy and is_quick and liveness == 200, "AV-3", figure)
    outcomes = waiters.outcomes()
    figure = f"those who wait for the row: {outcomes}, the slowest took {waiters.slowest():.2f} s"
    report.check(outcomes.keys() <= ANSWERS, "AV-3", figure)
    connection = server.client(session=other.session)
    failed = sum(bool(connection.graphql(documents.GET).error) for _ in range(100))
    backends = len(database.cluster.backends(database.database))
    report.check(
        not failed and backends <= 10, "AV-3", f"afterwards {failed} of 100 requests fail, {backends} connections"
    )


def main(world):
    """A held row, and none."""
    database = postgres.Postgres(world).create()
    server = world.server(database, limits__rates="false")
    seconds = world.size(4, 20)
    exhaust(world.report, world, server, database, seconds)
    world.report.control(
        "no row is held",
        lambda report: exhaust(report, world, server, database, 2, is_held=False),
        sees="requests of others: {'ok'",
    )


if __name__ == "__main__":
    program.run(main)
