"""Mixed requests of 100 users over shared connections; every answer says whose it is.

SJ-16: of 10^6 operations, half of them on each database, each answer has its caller's user id, name and preferences, and
no other's.
GraphQL and REST, with sessions, JWTs and cookies; queries, changes of preferences, batches; operations and events of
WebSockets. Requests of all users follow each other on the same connections, several before the first answer.
Control: a proxy that sends one request in twenty with another user's credential; that must show.
"""

import concurrent.futures

from lib import database, mix, postgres, program

# Rounds are shorter than the life of a JWT.
ROUND = 300
MAX_ROUNDS = 12


def check(report, tally, count, name):
    """Reports whose answers came."""
    kinds = ", ".join(f"{number:,} {form}" for form, number in sorted(tally.operations.items()))
    foreign = f"{len(tally.foreign)} of another user {tally.foreign[:3] or ''}".rstrip()
    figure = f"{name}: {tally.total:,} of {count:,} operations ({kinds}): {foreign}"
    report.check(tally.total >= count and not tally.foreign, "SJ-16", figure, is_final=bool(tally.foreign))
    failures = f"{tally.failures.total()} failed {dict(tally.failures) or ''}".rstrip()
    report.check(not tally.failures, "SJ-16", f"{name}: {failures}")


def main(world):
    """The same on both databases, and the control."""
    count, users = world.size(1_500, 500_000), world.size(30, 100)
    for store in (database.Sqlite(world.path("sqlite")), postgres.Postgres(world).create()):
        server = world.server(store, limits__rates="false")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            people = list(pool.map(lambda number, server=server: mix.Person(server, number), range(users)))
        tally = mix.Tally()
        for _ in range(MAX_ROUNDS):
            if tally.total < count:
                mix.run(server, people, tally, count, ROUND)
        check(world.report, tally, count, f"{store.name}, {users} users")
        world.report.check(not server.faults(), "SJ-16", f"{store.name}: {len(server.faults())} panics")
        if store.name == "SQLite":
            mixed = mix.Tally()
            mix.run(server, people, mixed, 1_000, ROUND, mixes_up=0.05)
            world.report.control(
                "a proxy mixes up users",
                lambda report, tally=mixed: check(report, tally, 1_000, "SQLite"),
                sees="of another user",
            )
        server.kill()


if __name__ == "__main__":
    program.run(main)
