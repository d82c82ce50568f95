"""HAProxy before several servers, which follows their readiness.

It tries nothing twice, as with any proxy that can't know whether a POST took effect: a server that closes its port
too early shows.
"""

import time

from lib import client

CONFIGURATION = """
global
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 1s
  retries 0
frontend accounts
  bind 127.0.0.1:{port}
  default_backend servers
backend servers
  balance roundrobin
  option httpchk GET /health/ready
  http-check expect status 200
  default-server check inter {interval}ms fall 2 rise 1
{servers}
"""


class Haproxy:
    """A proxy that spreads requests over the servers that are ready."""

    def __init__(self, world, servers, interval=500):
        """The interval, in milliseconds, is that of the looks whether a server is ready."""
        self.address = ("127.0.0.1", world.port())
        folder = world.path("haproxy")
        lines = [f"  server s{server.address[1]} 127.0.0.1:{server.address[1]}" for server in servers]
        file = folder / "haproxy.cfg"
        file.write_text(CONFIGURATION.format(port=self.address[1], interval=interval, servers="\n".join(lines)))
        self.process = world.process(["haproxy", "-db", "-f", file], folder / "log")
        world.ends.callback(self.process.kill)
        for _ in range(200):
            try:
                if self.client(timeout=1).request("GET", "/health/ready").status == 200:
                    return
            except client.Lost:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"HAProxy did not start: {(folder / 'log').read_text()}")

    def client(self, **options):
        """A new connection to the proxy."""
        return client.Client(self.address, **options)
