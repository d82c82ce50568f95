"""Runs a program in a world of its own: folder, loopback, processes. Nothing of it is left when the program ends.

`faults/run` starts programs in fresh namespaces of processes, mounts and network. Ports are therefore fixed, and the
end of the program ends every process that it started.
"""

import contextlib
import fcntl
import os
import pathlib
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback

from lib import report, server

MASTER_SECRET = "7f0c2e9b64d1a8533be47a90c6f21d5e"
SIOCSIFFLAGS = 0x8914
IFF_UP_RUNNING = 0x41


class World:
    """Where a program runs: its folder, its processes, its report."""

    def __init__(self, folder, ends, is_long):
        self.folder = pathlib.Path(folder)
        self.ends = ends
        self.is_long = is_long
        self.report = report.Report()
        self._ports = iter(range(8001, 8999))
        self._names = set()

    def size(self, short, long):
        """`short` in the quick form, `long` in the one that has the figures of the requirements."""
        return long if self.is_long else short

    def is_in_time(self, holds):
        """Whether a figure of speed holds. The short form doesn't judge: it has a debug build and company."""
        return holds or not self.is_long

    def port(self):
        """A port that nobody else uses."""
        return next(self._ports)

    def path(self, name):
        """A fresh folder."""
        number = 1
        while (unique := f"{name}-{number}") in self._names:
            number += 1
        self._names.add(unique)
        path = self.folder / unique
        path.mkdir()
        path.chmod(0o711)
        return path

    def prepared(self, database, redis=None, **options):
        """A server that isn't started yet. Options are those of `server.Server`."""
        prepared = server.Server(self, database, redis, **options)
        self.ends.callback(prepared.kill)
        return prepared

    def server(self, database, redis=None, **options):
        """Starts `accountd serve` on a database."""
        (started,) = self.servers(1, database, redis, **options)
        return started

    def servers(self, count, database, redis=None, **options):
        """Starts several servers at once on one database."""
        started = [self.prepared(database, redis, **options) for _ in range(count)]
        for one in started:
            one.launch()
        for one in started:
            one.wait()
        return started

    def process(self, command, log, **options):
        """Starts a process that writes its output into a file."""
        with open(log, "ab") as out:
            return subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options
            )


def raise_interface():
    """Brings up the loopback interface of a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP_RUNNING))


def watch_threads(to):
    """Makes a thread that dies of an exception a failure: nobody sees what it would have measured."""

    def record(died):
        traceback.print_exception(died.exc_type, died.exc_value, died.exc_traceback, file=sys.stdout)
        to.violations.append("a thread died")

    threading.excepthook = record


def run(main):
    """Runs a program: `main(world)`. The exit code is 0 if every promise held, and 3 if a try more must not mend that."""
    if os.getpid() != 1:
        raise SystemExit("run it as: faults/run [--long] NAME")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    # A thousand connections, and as many again at the server.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    raise_interface()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, contextlib.ExitStack() as ends:
        os.chmod(folder, 0o711)
        world = World(folder, ends, "--long" in sys.argv)
        watch_threads(world.report)
        try:
            main(world)
        except Exception:  # whatever goes wrong is a failure with its reason
            traceback.print_exc(file=sys.stdout)
            world.report.violations.append("the program failed")
    sys.exit(world.report.exit_code())
