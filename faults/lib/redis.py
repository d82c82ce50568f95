"""A Redis of its own, which can be stopped, frozen and started again."""

import signal
import socket
import subprocess
import time


class Redis:
    """A Redis server. It keeps its port over restarts, and its data if `is_durable`."""

    def __init__(self, world, is_durable=False):
        self.world = world
        self.folder = world.path("redis")
        self.port = world.port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.is_durable = is_durable
        self.process = None
        world.ends.callback(self.kill)
        self.start()

    def start(self):
        """Starts the server and waits until it answers."""
        durable = ["--appendonly", "yes", "--appendfsync", "always"] if self.is_durable else []
        command = [
            "redis-server",
            "--port",
            self.port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            self.folder,
            *durable,
        ]
        self.process = self.world.process(command, self.folder / "log")
        for _ in range(500):
            if self.answers():
                return
            time.sleep(0.02)
        raise RuntimeError("Redis did not start")

    def answers(self):
        """Whether a PING gets its answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False

    def freeze(self):
        """Stops the process where it is; its sockets stay open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """Lets the process go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """Ends the server in order."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """Ends the server without notice."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
