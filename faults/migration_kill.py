"""Migrations: three servers start at once, and migrations are killed at random points.

MI-3: each migration runs once, and all three servers serve, on an empty database and on one where a migration was
killed; after a kill -9 at any of 50 points the next start of a server finishes the migration, and the schema is that
of an undisturbed migration. On SQLite and on PostgreSQL.
Control: a schema from which an index was dropped by hand, and one with an index that is invalid in PostgreSQL; the
comparison must see both.
"""

import random
import time

from lib import database, documents, postgres, program

INDEX = "idx-tokens-project_id-user_id"
SCHEMA = {
    "SQLite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    "PostgreSQL": """
        SELECT table_name, column_name, data_type, is_nullable || ' ' || coalesce(column_default, 'no default')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
        'valid: ' || indisvalid FROM pg_index WHERE indrelid::regclass::text IN
        (SELECT tablename FROM pg_tables WHERE schemaname = 'public')
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), 'valid: ' || convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        ORDER BY 1, 2, 3
    """,
}


def schema(store):
    """Tables, columns, indexes and constraints as text, and the migrations that are recorded."""
    return store.rows(SCHEMA[store.name]), sorted(store.rows("SELECT version FROM seaql_migrations"))


def check_schema(report, stores, expected, name):
    """Reports how many schemas are other than the expected one."""
    differing = sum(schema(store) != expected for store in stores)
    figure = f"{name}: {len(expected[1])} migrations, each once; {differing} of {len(stores)} schemas differ"
    report.check(stores and not differing, "MI-3", figure)


def recorded(store):
    """How many migrations are recorded as done."""
    try:
        return len(store.rows("SELECT version FROM seaql_migrations"))
    except Exception:  # there is no such table yet, and each store says so in its own way
        return 0


def launch(world, store):
    """Starts `accountd migrate`."""
    migration = world.prepared(store)
    migration.launch("migrate")
    return migration


def serve_once(world, store, count=1):
    """Starts servers, which finish the migration. Returns how many of them don't serve."""
    servers = world.servers(count, store)
    failed = sum(bool(server.client().graphql(documents.SIGN_IN_ANONYMOUSLY).error) for server in servers)
    for server in servers:
        server.kill()
    return failed


def undisturbed(world, store):
    """Migrates, and returns the schema and the seconds."""
    begun = time.monotonic()
    migration = launch(world, store)
    if code := migration.process.wait(60):
        raise RuntimeError(f"exit code {code}: {migration.log()}")
    return schema(store), time.monotonic() - begun


def kill_at_points(world, create, points):
    """Kills `accountd migrate` at random points, and starts a server."""
    # The first one loads the program into memory, so that the second one's time is that of those that are killed.
    undisturbed(world, create())
    store = create()
    expected, seconds = undisturbed(world, store)
    stores, unfinished, partly, failed = [], 0, 0, 0
    for number in range(points):
        stores.append(create())
        migration = launch(world, stores[-1])
        time.sleep(random.uniform(0, seconds) if number else seconds / 3)
        unfinished += migration.process.poll() is None
        migration.kill()
        partly += 0 < recorded(stores[-1]) < len(expected[1])
        failed += serve_once(world, stores[-1])
    name = f"{store.name}: {points} kills within {seconds:.2f} s"
    figure = f"{name}: {unfinished} before the end, {partly} with some migrations done, {failed} servers don't serve"
    # On SQLite all migrations are one transaction.
    least = points // 4 if world.is_long and store.name == "PostgreSQL" else 0
    world.report.check(unfinished and partly >= least and not failed, "MI-3", figure)
    check_schema(world.report, stores, expected, name)
    return store, expected, seconds


def three_at_once(world, cluster, expected, seconds):
    """Three servers on one database, again and again; it is empty, or a migration was killed there."""
    rounds, failed, stores = world.size(2, 20), 0, []
    for number in range(rounds):
        stores.append(cluster.create())
        if number % 2:
            migration = launch(world, stores[-1])
            time.sleep(random.uniform(0, seconds))
            migration.kill()
        failed += serve_once(world, stores[-1], 3)
    name = f"three servers at once, {rounds} times"
    world.report.check(not failed, "MI-3", f"{name}: {failed} don't serve")
    check_schema(world.report, stores, expected, name)


def main(world):
    """Both stores, then three servers at once."""
    points = world.size(3, 50)
    kill_at_points(world, lambda: database.Sqlite(world.path("sqlite")), points)
    cluster = postgres.Postgres(world)
    store, expected, seconds = kill_at_points(world, cluster.create, points)
    three_at_once(world, cluster, expected, seconds)
    store.rows(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"{INDEX}\"'::regclass")
    world.report.control(
        "an invalid index", lambda report: check_schema(report, [store], expected, "invalid"), sees="schemas differ"
    )
    store.rows(f"UPDATE pg_index SET indisvalid = true WHERE indexrelid = '\"{INDEX}\"'::regclass")
    check_schema(world.report, [store], expected, "valid again")
    store.rows(f'DROP INDEX "{INDEX}"')
    world.report.control(
        "an index dropped", lambda report: check_schema(report, [store], expected, "dropped"), sees="schemas differ"
    )


if __name__ == "__main__":
    program.run(main)
