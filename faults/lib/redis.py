"""A Redis of its own, which can be stopped, frozen and started again."""

import signal
import socket
import subprocess
import time


class Redis:
    """A Redis server, or Valkey. It keeps its port over restarts, and its data if `is_durable`."""

    def __init__(self, world, is_durable=False, program="redis-server"):
        self.world, self.program = world, program
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
            self.program,
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

    def run(self, *words):
        """The answer to a command, as it is."""
        return run(self.port, *words)

    def follow(self, primary):
        """Makes it a replica of another server, and waits until it has that one's data."""
        self.run("REPLICAOF", "127.0.0.1", str(primary.port))
        for _ in range(500):
            if b"master_link_status:up" in self.run("INFO", "replication"):
                return
            time.sleep(0.02)
        raise RuntimeError("the replica doesn't follow")

    def promote(self):
        """Makes it a primary."""
        self.run("REPLICAOF", "NO", "ONE")

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


def run(port, *words):
    """The answer of a server or a Sentinel to a command, as it is."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
        return connection.recv(65536)


class Sentinels:
    """Three Sentinels, which promote the replica of a primary that is away for a second."""

    def __init__(self, world, primary, program):
        self.ports = [world.port() for _ in range(3)]
        for port in self.ports:
            folder = world.path("sentinel")
            file = folder / "sentinel.conf"
            file.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor accountd 127.0.0.1 {primary.port} 2\n"
                "sentinel down-after-milliseconds accountd 1000\nsentinel failover-timeout accountd 5000\n"
            )
            process = world.process([program, file, "--sentinel"], folder / "log")
            world.ends.callback(process.kill)
        self.wait_for("ckquorum", b"+OK 3 usable")

    def wait_for_primary(self, primary):
        """Waits until they name a server as the primary."""
        self.wait_for("get-master-addr-by-name", str(primary.port).encode())

    def wait_for(self, command, answer):
        """Waits until each has a part in its answer."""
        end = time.monotonic() + 30
        for port in self.ports:
            while True:
                try:
                    if answer in run(port, "SENTINEL", command, "accountd"):
                        break
                except OSError:
                    pass
                if time.monotonic() > end:
                    raise RuntimeError(f"a Sentinel doesn't answer {answer} to {command}")
                time.sleep(0.05)
