"""A PostgreSQL cluster of its own, which can be killed, frozen and started again."""

import glob
import pathlib
import shutil
import signal
import subprocess
import time

from lib import database, processes

AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")


def program(name):
    """The path of a program of the newest PostgreSQL."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    return found[-1]


class Postgres:
    """A cluster. It keeps its port and its data over restarts."""

    def __init__(self, world, **settings):
        self.world = world
        self.folder = world.path("postgres")
        self.port = world.port()
        self.settings = {"max_connections": "300", **settings}
        shutil.chown(self.folder, "postgres", "postgres")
        command = [*AS_POSTGRES, *self.make()]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)
        self.process = None
        self.databases = 0
        world.ends.callback(self.kill)
        self.start()

    def make(self):
        """The command that makes the cluster's data."""
        return [program("initdb"), "-D", self.folder / "data", *"-U postgres -A trust -E UTF8 -N".split()]

    def start(self, timeout=30):
        """Starts the cluster and waits until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self.settings,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [*AS_POSTGRES, program("postgres"), "-D", self.folder / "data", *options]
        self.process = self.world.process(command, self.folder / "log", cwd="/")
        self.wait(timeout)

    def wait(self, timeout=30):
        """Waits until the cluster answers."""
        end = time.monotonic() + timeout
        while not self.answers():
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.03)

    def answers(self):
        """Whether a query gets an answer."""
        return self.psql("postgres", "SELECT 1").returncode == 0

    def create(self):
        """A new database."""
        self.databases += 1
        name = f"accountd{self.databases}"
        self.rows("postgres", f"CREATE DATABASE {name}")
        return database.PostgresDatabase(self, name, self.url(name))

    def url(self, name, port=None):
        """The URL of a database, at another port if a proxy stands before the cluster."""
        return f"postgres://postgres@127.0.0.1:{port or self.port}/{name}"

    def rows(self, name, query):
        """What a query returns."""
        done = self.psql(name, query)
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return [tuple(line.split("\x1f")) for line in done.stdout.decode().splitlines() if line]

    def psql(self, name, query, port=None):
        """Runs a query by psql, at another port if something stands before the cluster."""
        command = [program("psql"), "-qAtX", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", self.url(name, port), "-c", query]
        return subprocess.run(command, capture_output=True, cwd="/", timeout=60, check=False)

    def processes(self):
        """The ids of all processes of the cluster, children first."""
        return processes.descendants(self.process.pid) + [self.process.pid]

    def backends(self, name):
        """The ids of the processes that serve connections to a database."""
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'accountd'"
        return [int(pid) for (pid,) in self.rows("postgres", query)]

    def signal(self, number):
        """Sends a signal to every process of the cluster."""
        processes.signal(self.processes(), number)

    def freeze(self):
        """Stops every process where it is; the sockets stay open."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        """Lets the processes go on."""
        self.signal(signal.SIGCONT)

    def stop(self):
        """Ends the cluster in order, without waiting for its clients."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def kill(self):
        """Ends every process of the cluster without notice."""
        if self.process and self.process.poll() is None:
            # The parent first, or it begins to recover.
            self.process.send_signal(signal.SIGSTOP)
            self.signal(signal.SIGKILL)
            self.process.wait()
            pathlib.Path(self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)


class Replica(Postgres):
    """A streaming replica of a cluster."""

    def __init__(self, primary):
        self.primary = primary
        super().__init__(primary.world)

    def make(self):
        source = f"host=127.0.0.1 port={self.primary.port} user=postgres"
        return [program("pg_basebackup"), "-D", self.folder / "data", "-d", source, *"-R -c fast -N".split()]

    def pause(self):
        """Has it stay as it is, while the primary goes on."""
        self.rows("postgres", "SELECT pg_wal_replay_pause()")
        while self.rows("postgres", "SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
            time.sleep(0.02)

    def resume(self):
        """Lets it follow the primary again."""
        self.rows("postgres", "SELECT pg_wal_replay_resume()")

    def promote(self):
        """Makes it a primary."""
        self.rows("postgres", "SELECT pg_promote()")
