"""PgBouncer before a cluster."""

import pathlib
import shutil
import time

from lib import database, postgres

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={cluster}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
admin_users = postgres
ignore_startup_parameters = options, extra_float_digits
{settings}
"""
# Where .ci/debian13 puts one that pools prepared statements.
OF_DEBIAN_13 = pathlib.Path(__file__).parents[2] / "target/debian13/bin/pgbouncer"
# What docs/operating/databases.md tells to give to the role, since a pooled connection doesn't get it from the client.
TIME_LIMITS = {"statement_timeout": "2500ms", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "10s"}


class PgBouncer:
    """A pooler, which can be stopped and started again."""

    def __init__(self, world, cluster, program, **settings):
        self.world, self.cluster, self.program = world, cluster, program
        self.port, self.folder = world.port(), world.path("pgbouncer")
        lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
        names = {"cluster": cluster.port, "port": self.port, "folder": self.folder, "settings": lines}
        (self.folder / "pgbouncer.ini").write_text(CONFIGURATION.format(**names))
        (self.folder / "users").write_text('"postgres" ""\n')
        shutil.chown(self.folder, "postgres", "postgres")
        for name, value in TIME_LIMITS.items():
            cluster.rows("postgres", f"ALTER ROLE postgres SET {name} = '{value}'")
        world.ends.callback(self.kill)
        self.start()

    def start(self):
        """Starts it, and waits until it passes on a query."""
        command = [*postgres.AS_POSTGRES, self.program, self.folder / "pgbouncer.ini"]
        self.process = self.world.process(command, self.folder / "log", cwd="/")
        for _ in range(200):
            if self.rows("postgres", "SELECT 1", fails=True) == [("1",)]:
                return
            time.sleep(0.05)
        raise RuntimeError(f"PgBouncer did not start: {(self.folder / 'log').read_text()}")

    def kill(self):
        """Ends it without notice."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def pooled(self, behind):
        """The same database by way of the pooler."""
        return database.PostgresDatabase(self.cluster, behind.database, self.cluster.url(behind.database, self.port))

    def rows(self, name, query, fails=False):
        """What a query returns through the pooler; on the database `pgbouncer` it is a command of its console."""
        done = self.cluster.psql(name, query, self.port)
        if done.returncode and not fails:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return [tuple(line.split("\x1f")) for line in done.stdout.decode().splitlines() if line]
