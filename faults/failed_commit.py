"""Two failed commits in a row, on SQLite and on PostgreSQL; then the same server goes on.

DU-4: a commit that fails is never acknowledged, has no effect, and doesn't affect what comes after: later
writes are acknowledged, and are there after a kill -9.
Control: an acknowledged write is removed from the database by hand; the comparison must miss it.
"""

import time

from lib import database, documents, postgres, program, strace, writes

# PostgreSQL carries out a deferred constraint at COMMIT, and this one fails there.
FAIL_COMMITS = """
CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
CREATE CONSTRAINT TRIGGER fail_commit AFTER INSERT ON security_logs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fail_commit();
"""
ALLOW_COMMITS = "DROP TRIGGER fail_commit ON security_logs; DROP FUNCTION fail_commit()"


def fail_twice(writer):
    """Sends two writes, each of which must be refused."""
    return [writer.write() for _ in range(2)]


def go_on(world, server, store, writer, failed):
    """Writes for a while, kills the server, and compares."""
    refused = sum(bool(answer and answer.error) for answer in failed)
    world.report.check(refused == 2, "DU-4", f"{store.name}: {refused} of 2 failed commits were answered with an error")
    begun, is_back = time.monotonic(), False
    while not is_back and time.monotonic() - begun < 6:
        answer = writer.write()
        is_back = bool(answer) and not answer.error
    took = time.monotonic() - begun
    figure = f"writes are {'acknowledged again' if is_back else 'still refused'} after {took:.2f} s"
    world.report.check(is_back and took <= 5, "DU-4", f"{store.name}: {figure}")
    while time.monotonic() - begun < took + 1:
        writer.write()
    server.kill()
    server.start()
    writes.check(world.report, "DU-4", store, [writer], " after two failed commits and a kill")
    read = server.client(session=writer.user.session).graphql(documents.GET)
    world.report.check(not read.error, "DU-4", f"{store.name}: the user is read: {read.error or 'ok'}")
    writes.forget_one(store, [writer])
    world.report.control(
        "one write removed", lambda report: writes.check(report, "DU-4", store, [writer]), sees=" 1 lost"
    )


def on_sqlite(world):
    """The file system has no room for the pages of the transaction."""
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, limits__rates="false")
    writer = writes.Writer(server)
    writer.write()
    with strace.Injection(world, server, "pwrite64", "ENOSPC"):
        failed = fail_twice(writer)
    go_on(world, server, store, writer, failed)


def on_postgres(world):
    """A constraint that is checked at COMMIT fails."""
    store = postgres.Postgres(world).create()
    server = world.server(store, limits__rates="false")
    writer = writes.Writer(server)
    writer.write()
    store.rows(FAIL_COMMITS)
    failed = fail_twice(writer)
    store.rows(ALLOW_COMMITS)
    go_on(world, server, store, writer, failed)


def main(world):
    """Both stores."""
    on_sqlite(world)
    on_postgres(world)


if __name__ == "__main__":
    program.run(main)
