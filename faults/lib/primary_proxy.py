"""HAProxy before a primary of Redis and its replica: it leads to the one that is a primary."""

import time

from lib import redis

# docs/operating/databases.md has the same.
CONFIGURATION = """
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
listen redis
  bind 127.0.0.1:{port}
  option tcp-check
  tcp-check send info\\ replication\\r\\n
  tcp-check expect string role:master
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
{servers}
"""


class PrimaryProxy:
    """One address of several servers."""

    def __init__(self, world, servers):
        self.port, folder = world.port(), world.path("haproxy")
        self.url = f"redis://127.0.0.1:{self.port}"
        lines = "\n".join(f"  server s{server.port} 127.0.0.1:{server.port}" for server in servers)
        (folder / "haproxy.cfg").write_text(CONFIGURATION.format(port=self.port, servers=lines))
        process = world.process(["haproxy", "-db", "-f", folder / "haproxy.cfg"], folder / "log")
        world.ends.callback(process.kill)
        self.wait()

    def wait(self):
        """Waits until it leads to a primary."""
        for _ in range(300):
            try:
                if b"role:master" in redis.run(self.port, "INFO", "replication"):
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("HAProxy leads to no primary")
