"""Two servers on PostgreSQL behind PgBouncer, with fewer pooled connections than the servers have.

By transaction, with the PgBouncer of Debian 13: sign-ups, sign-ins, reads and writes by many clients have no error, though
their prepared statements wander between the pooled connections; a session that is ended at one server is refused by
the other within 1 s; the role's time limits hold; the pooler is killed and started again, and full service is back
within 5 s, with no acknowledged write lost. By session, with that of Debian 12: the same without the kill, and migrations.
Control: the same load through a pooler by transaction that pools no prepared statements (`max_prepared_statements = 0`).
"""

import threading
import time

from lib import ask, client, documents, pgbouncer, postgres, program, writes

POOLED = 5
TIME_LIMITS = [("2500ms",)]
BUSY = "general_server_busy"


class SignUps(threading.Thread):
    """Users who sign up at one server and sign in at the other, one after the other."""

    def __init__(self, servers, number):
        super().__init__(daemon=True)
        self.connections = [server.client(ip=f"10.9.8.{number}") for server in servers]
        self.done, self.failures = 0, []
        # No address is that of an earlier load.
        self.name = f"{number}x{time.monotonic_ns()}"
        self.ends = threading.Event()

    def run(self):
        """Signs up and in until it is stopped."""
        while not self.ends.is_set():
            user = {"email": f"u{self.name}x{self.done}@example.com", "password": documents.PASSWORD}
            for connection, document, variables in (
                (self.connections[0], documents.SIGN_UP, {"id": "unique()", **user}),
                (self.connections[1], documents.SIGN_IN, user),
            ):
                try:
                    if error := connection.graphql(document, variables).error:
                        self.failures.append(error)
                except client.Lost as lost:
                    self.failures.append(lost.kind)
            self.done += 1


def load(world, servers, name, meanwhile=lambda: None):
    """All kinds of requests at once. Returns the figure, how many failed without excuse, the readers and the writers."""
    users = [documents.User(server) for server in servers]
    readers = [ask.Asker(servers[n % 2], users[n % 2].session, pause=0.01) for n in range(world.size(6, 12))]
    sign_ups = [SignUps(servers, number) for number in (1, 2)]
    with ask.Askers(readers) as reads, writes.Load(servers, world.size(4, 6)) as journal:
        for one in sign_ups:
            one.start()
        time.sleep(world.size(3, 30))
        meanwhile()
        for one in sign_ups:
            one.ends.set()
        for one in sign_ups:
            one.join(60)
    failures = [failure for one in sign_ups for failure in one.failures]
    failures += [failure for failure, count in journal.failures().items() for _ in range(count)]
    failures += [ended for _, _, ended in reads.results() if ended != "ok"]
    # In the short form others may keep the processors from everything.
    failed = sum(world.is_long or not failure.endswith(BUSY) for failure in failures)
    figure = (
        f"{name}: {len(reads.results()):,} reads, {journal.count():,} writes, {sum(one.done for one in sign_ups)} sign-ups and "
        f"sign-ins, {len(failures)} failed {sorted(set(failures)) or ''}"
    )
    return figure.rstrip(), failed, reads, journal


def end_sessions(report, servers, name):
    """Ends a session at each server, and reports how soon the other refuses it."""
    slowest = 0.0
    for here, there in (servers, servers[::-1]):
        user = documents.User(here)
        witness = there.client(session=user.session)
        documents.ask(witness, documents.GET)
        documents.ask(here.client(session=user.session), documents.DELETE_SESSION, {"id": "current"})
        begun = time.monotonic()
        while witness.graphql(documents.GET).code != 401:
            if time.monotonic() - begun > 5:
                break
            time.sleep(0.01)
        slowest = max(slowest, time.monotonic() - begun)
    report.check(slowest <= 1, "MI-5", f"{name}: an ended session is refused by the other server after {slowest:.3f} s")


def by_transaction(world, cluster):
    """The pooler of Debian 13."""
    report, behind = world.report, cluster.create()
    settings = {"pool_mode": "transaction", "default_pool_size": POOLED, "max_prepared_statements": 200}
    pooler = pgbouncer.PgBouncer(world, cluster, pgbouncer.OF_DEBIAN_13, **settings)
    code, output, _ = world.prepared(behind).run("migrate")
    report.check(code == 0, "pooler", f"migrated beside the pooler: {output.splitlines()[-1] if output else 'nothing to say'}")
    servers = world.servers(2, pooler.pooled(behind), limits__factor=100)
    figure, failed, _, journal = load(world, servers, "by transaction")
    report.check(not failed, "pooler", figure)
    pooled = [row for row in pooler.rows("pgbouncer", "SHOW SERVERS") if behind.database in row]
    clients = [row for row in pooler.rows("pgbouncer", "SHOW CLIENTS") if behind.database in row]
    figure = f"{len(clients)} connections of the servers on {len(pooled)} to PostgreSQL"
    report.check(0 < len(pooled) <= POOLED < len(clients), "pooler", figure)
    found = pooler.rows(behind.database, "SHOW statement_timeout")
    report.check(found == TIME_LIMITS, "pooler", f"statement_timeout of a pooled connection: {found[0][0]}")
    end_sessions(report, servers, "by transaction")
    writes.check(report, "DU-3", behind, journal.writers)
    moments = []

    def restart():
        pooler.kill()
        time.sleep(1)
        moments.append(time.monotonic())
        pooler.start()
        moments.append(time.monotonic())
        time.sleep(6)

    figure, failed, reads, journal = load(world, servers, "the pooler is killed", restart)
    back = reads.first_ok(moments[1]) - moments[1]
    late = reads.failed(moments[1] + 5)
    report.note(figure)
    report.check("failed [" in figure and back <= 5 and not late, "AV-4", f"first answer {back:.2f} s after it is back, {late} errors later")
    # A commit whose answer was lost with the pooler has happened all the same.
    writes.check(report, "DU-3", behind, journal.writers, after=" after the kill", most_in_doubt=6)
    report.check(not any(server.faults() for server in servers), "pooler", "no panics")


def by_session(world, cluster):
    """The pooler of Debian 12, which must have a connection for each of the servers'."""
    report, behind = world.report, cluster.create()
    pooler = pgbouncer.PgBouncer(world, cluster, "/usr/sbin/pgbouncer", pool_mode="session", default_pool_size=30)
    code, output, _ = world.prepared(pooler.pooled(behind)).run("migrate")
    report.check(code == 0, "pooler", f"migrated through the pooler: {output.splitlines()[-1] if output else 'nothing to say'}")
    servers = world.servers(2, pooler.pooled(behind), limits__factor=100)
    figure, failed, _, journal = load(world, servers, "by session")
    report.check(not failed, "pooler", figure)
    end_sessions(report, servers, "by session")
    writes.check(report, "DU-3", behind, journal.writers)


def control(world, cluster):
    """A pooler that gives a statement to connections that don't know it."""
    behind = cluster.create()
    settings = {"pool_mode": "transaction", "default_pool_size": POOLED, "max_prepared_statements": 0}
    pooler = pgbouncer.PgBouncer(world, cluster, pgbouncer.OF_DEBIAN_13, **settings)
    world.prepared(behind).run("migrate")

    def check(report):
        try:
            servers = world.servers(2, pooler.pooled(behind), limits__factor=100)
            figure, failed, _, _ = load(world, servers, "without prepared statements")
        except RuntimeError as error:
            figure, failed = f"failed: {str(error)[:150]}", 1
        report.check(not failed, "pooler", figure)

    world.report.control("max_prepared_statements = 0", check, sees="failed")


def main(world):
    """Both kinds of pooling, and the control."""
    cluster = postgres.Postgres(world)
    by_session(world, cluster)
    if not pgbouncer.OF_DEBIAN_13.exists():
        world.report.note("a PgBouncer that can pool by transaction is missing: run .ci/debian13")
        return
    by_transaction(world, cluster)
    control(world, cluster)


if __name__ == "__main__":
    program.run(main)
