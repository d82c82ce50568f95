"""Migrations: three servers start at once on an empty database, and migrations are killed at random points.

MI-3: each migration runs once, and all three servers serve; after a kill -9 at any of 50 points the next start
finishes what was begun, and the schema is that of an undisturbed migration. On SQLite and on PostgreSQL.
Control: a schema from which an index was dropped by hand; the comparison must see it.
"""

import random
import time

from lib import database, documents, postgres, program

SCHEMA = {
    "SQLite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    "PostgreSQL": """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public'
        UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2
    """,
}


def schema(store):
    """Tables, columns and indexes as text, and the migrations that are recorded."""
    return store.rows(SCHEMA[store.name]), sorted(store.rows("SELECT version FROM seaql_migrations"))


def check_schema(report, store, expected, name):
    """Reports whether a schema is the expected one."""
    tables, migrations = schema(store)
    is_same = (tables, migrations) == expected
    figure = f"{name}: {len(migrations)} migrations, each once; the schema is {'the same' if is_same else 'ANOTHER'}"
    report.check(is_same, "MI-3", figure)


def three_at_once(world, cluster, expected):
    """Three servers on one empty database, again and again."""
    rounds, failed, differing = world.size(1, 20), 0, 0
    for _ in range(rounds):
        store = cluster.create()
        servers = world.servers(3, store)
        failed += sum(bool(server.client().graphql(documents.SIGN_IN_ANONYMOUSLY).error) for server in servers)
        differing += schema(store) != expected
        for server in servers:
            server.kill()
    figure = f"three servers at once, {rounds} times: {failed} don't serve, {differing} schemas differ"
    world.report.check(not failed and not differing, "MI-3", f"{figure}; {len(expected[1])} migrations, each once")


def kill_at_points(world, create, points):
    """Kills `accountd migrate` at random points, and migrates anew."""
    store = create()
    begun = time.monotonic()
    migrate(world, store)
    undisturbed = time.monotonic() - begun
    expected, differing, unfinished = schema(store), 0, 0
    for _ in range(points):
        store = create()
        migration = world.prepared(store)
        migration.launch("migrate")
        time.sleep(random.uniform(0, undisturbed))
        unfinished += migration.process.poll() is None
        migration.kill()
        migrate(world, store)
        differing += schema(store) != expected
    figure = f"{store.name}: {points} kills within {undisturbed:.2f} s, {unfinished} before the end, {differing} schemas differ"
    world.report.check(not differing and unfinished, "MI-3", figure)
    return store, expected


def migrate(world, store):
    """Runs `accountd migrate` to its end."""
    migration = world.prepared(store)
    migration.launch("migrate")
    if code := migration.process.wait(60):
        raise RuntimeError(f"exit code {code}: {migration.log()}")


def main(world):
    """Both stores, then three servers at once."""
    points = world.size(3, 50)
    kill_at_points(world, lambda: database.Sqlite(world.path("sqlite")), points)
    cluster = postgres.Postgres(world)
    store, expected = kill_at_points(world, cluster.create, points)
    three_at_once(world, cluster, expected)
    store.rows('DROP INDEX "idx-tokens-project_id-user_id"')
    world.report.control("an index dropped", lambda report: check_schema(report, store, expected, "dropped"))


if __name__ == "__main__":
    program.run(main)
