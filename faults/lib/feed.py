"""The feed of revocations, and how soon each arrives there."""

import http.client
import json
import threading
import time

from lib import ask, documents

SIGN_IN = "mutation { accountCreateAnonymousSession { _id secret } }"
# How long a revocation is waited for.
TIMEOUT = 10
MAX_MS = 1000


class Follower(threading.Thread):
    """Follows the feed at one server, and notes when each session arrives."""

    def __init__(self, server, key):
        super().__init__(daemon=True)
        connection = http.client.HTTPConnection(*server.address, timeout=60)
        headers = {"Host": "localhost", "X-Appwrite-Key": key, "Accept": "text/event-stream"}
        connection.request("GET", "/v1/projects/default/revocations", headers=headers)
        self.response = connection.getresponse()
        if self.response.status != 200:
            raise RuntimeError(f"the feed is answered with {self.response.status}")
        self.seen = {}
        self.start()

    def run(self):
        """Reads events until the server ends the stream."""
        while line := self.response.readline():
            if line.startswith(b"data: "):
                self.seen.setdefault(json.loads(line[6:]).get("sid"), time.monotonic())


def measure(world, report, servers, followers, count, ends=True):
    """Ends sessions, each at another server than it began at, and reports when each feed has them."""
    ended = {}
    for number in range(count):
        ip = f"12.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        opened = documents.ask(servers[number % len(servers)].client(ip=ip), SIGN_IN)
        connection = servers[(number + 1) % len(servers)].client(session=opened["secret"], ip=ip)
        ended[opened["_id"]] = time.monotonic()
        if ends:
            documents.ask(connection, documents.DELETE_SESSION, {"id": "current"})
    end = time.monotonic() + (TIMEOUT if ends else 1)
    while any(ended.keys() - one.seen.keys() for one in followers) and time.monotonic() < end:
        time.sleep(0.05)
    seconds = [one.seen[session] - at for one in followers for session, at in ended.items() if session in one.seen]
    missing = len(ended) * len(followers) - len(seconds)
    figure = f"{count} sessions ended, feeds of {len(followers)} servers: {missing} revocations missing"
    report.check(not missing, "SJ-4", figure, is_final=bool(missing))
    if seconds:
        half, slowest = sorted(seconds)[len(seconds) // 2] * 1000, ask.p99(seconds)
        figure = f"from the end of a session to the feed: p50 {half:.0f} ms, p99 {slowest:.0f} ms"
        report.check(world.is_in_time(slowest <= MAX_MS), "SJ-4", figure)
