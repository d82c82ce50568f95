"""Errors of system calls, injected into a running server by strace."""

import signal
import time


class Injection:
    """While it is entered, the named system calls of a process fail with an error of the system."""

    def __init__(self, world, server, calls, error):
        self.world = world
        self.server = server
        self.command = [
            "strace",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            f"trace={calls}",
            "-e",
            f"inject={calls}:error={error}",
        ]
        self.process = None

    def __enter__(self):
        log = self.world.path("strace") / "log"
        self.process = self.world.process([*self.command, "-p", self.server.pid], log)
        end = time.monotonic() + 10
        while "attached" not in log.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"strace can't be attached: {log.read_text()}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
