"""Started servers: one process of `accountd serve` each, on a port of its own."""

import contextlib
import os
import re
import signal
import subprocess
import time

from lib import client, program

READY = re.compile(r"listening on http://[0-9.]+:\d+")


class Server:
    """A server. It keeps its port and its settings over restarts."""

    def __init__(self, world, database, redis=None, environment=None, **settings):
        """`settings` are keys of the configuration with `__` for dots; `environment` has other variables."""
        self.world = world
        self.folder = world.path("server")
        self.address = ("127.0.0.1", world.port())
        self.metrics = ("127.0.0.1", world.port())
        self.process = None
        self.starts = 0
        settings = {
            "listen": f"127.0.0.1:{self.address[1]}",
            "metrics__listen": f"127.0.0.1:{self.metrics[1]}",
            "public_url": "http://127.0.0.1",
            "master_secret": program.MASTER_SECRET,
            "mail__url": "none:",
            "trusted_proxies": "127.0.0.1/32",
            "database__url": database.url,
            **({"redis__url": redis.url} if redis else {}),
            **settings,
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ACCOUNTD")}
        own = {f"ACCOUNTD_{key.upper()}": str(value) for key, value in settings.items()}
        self.environment = {**inherited, **own, **(environment or {})}

    @property
    def log_file(self):
        """Where this start logs."""
        return self.folder / f"log-{self.starts}"

    @property
    def pid(self):
        """The process of the server itself."""
        return self.process.pid

    def launch(self, *arguments):
        """Starts the process, and doesn't wait."""
        self.starts += 1
        command = [os.environ["ACCOUNTD"], *(arguments or ["serve"])]
        self.process = self.world.process(command, self.log_file, cwd=self.folder, env=self.environment)

    def run(self, *arguments, environment=None):
        """Runs a command of accountd with the server's settings. Returns its exit code, its output and its seconds."""
        begun = time.monotonic()
        done = subprocess.run(
            [os.environ["ACCOUNTD"], *map(str, arguments)],
            capture_output=True,
            env={**self.environment, **(environment or {})},
            cwd=self.folder,
            timeout=900,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip(), time.monotonic() - begun

    def start(self, timeout=30):
        """Starts the server and waits until it listens. Returns how long that took, in seconds."""
        begun = time.monotonic()
        self.launch()
        self.wait(timeout)
        return time.monotonic() - begun

    def wait(self, timeout=30):
        """Waits until the started server listens."""
        begun = time.monotonic()
        while not READY.search(self.log()):
            if self.process.poll() is not None or time.monotonic() - begun > timeout:
                raise RuntimeError(f"accountd did not start: {self.log()}")
            time.sleep(0.01)

    def log(self):
        """What this start has logged."""
        return self.log_file.read_text(errors="replace")

    def faults(self):
        """The lines of all logs that report a panic."""
        logs = self.folder.glob("log-*")
        return [line for log in logs for line in log.read_text(errors="replace").splitlines() if "panicked" in line]

    def client(self, **options):
        """A new connection to the server."""
        return client.Client(self.address, **options)

    def readiness(self, timeout=5):
        """The status of /health/ready; 0 if there is no answer."""
        return self._status("/health/ready", timeout)

    def liveness(self, timeout=5):
        """The status of /health/live; 0 if there is no answer."""
        return self._status("/health/live", timeout)

    def _status(self, path, timeout):
        with contextlib.closing(self.client(timeout=timeout)) as connection:
            try:
                return connection.request("GET", path).status
            except client.Lost:
                return 0

    def send(self, number):
        """Sends a signal to the process."""
        self.process.send_signal(number)

    def stop(self, timeout=60):
        """Ends the server by SIGTERM. Returns its exit code."""
        self.send(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self):
        """Ends the server without notice."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def memory(self):
        """The resident memory in MiB."""
        return self._memory("VmRSS")

    def peak_memory(self):
        """The most resident memory since the start, in MiB."""
        return self._memory("VmHWM")

    def _memory(self, which):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{which}:\s+(\d+)", status.read())[1]) / 1024

    def descriptors(self):
        """How many files and sockets are open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self):
        """The processor time used so far, in seconds."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
