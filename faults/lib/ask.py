"""Load without pause, which records how each request ended."""

import collections
import threading
import time

from lib import client, documents


def p99(seconds):
    """The 99th percentile, in milliseconds. Of nothing there is none, and the program fails."""
    ordered = sorted(seconds)
    if not ordered:
        raise RuntimeError("nothing was measured")
    return ordered[int(len(ordered) * 0.99)] * 1000


class Asker(threading.Thread):
    """Sends the same request over and over on one connection."""

    def __init__(self, server, session, document=documents.GET, variables=None, pause=0.02):
        super().__init__(daemon=True)
        self.connection = server.client(session=session)
        self.document, self.variables = document, variables
        self.pause = pause
        # Of each request: when it ended, how long it took, how it ended.
        self.results = []
        self.may_ask = threading.Event()
        self.may_ask.set()
        self.ends = threading.Event()

    def run(self):
        """Sends requests until it is stopped."""
        while not self.ends.wait(self.pause):
            if not self.may_ask.wait(1):
                continue
            begun = time.monotonic()
            try:
                answer = self.connection.graphql(self.document, self.variables)
                ended = f"{answer.code} {answer.error}" if answer.error else "ok"
            except client.Lost as lost:
                ended = lost.kind
            self.results.append((time.monotonic(), time.monotonic() - begun, ended))


class Askers:
    """Several askers at once."""

    def __init__(self, askers):
        self.askers = askers

    def __enter__(self):
        for asker in self.askers:
            asker.start()
        return self

    def __exit__(self, *_):
        for asker in self.askers:
            asker.ends.set()
        for asker in self.askers:
            asker.join(40)

    def pause(self):
        """Sends nothing more until `resume`; running requests continue."""
        for asker in self.askers:
            asker.may_ask.clear()

    def resume(self):
        """Continues."""
        for asker in self.askers:
            asker.may_ask.set()

    def results(self, since=0.0, until=float("inf")):
        """The results of the requests that ended within a span."""
        return [result for asker in self.askers for result in list(asker.results) if since <= result[0] <= until]

    def outcomes(self, since=0.0, until=float("inf")):
        """How often the requests of a span ended how."""
        return dict(collections.Counter(ended for _, _, ended in self.results(since, until)))

    def failed(self, since=0.0, until=float("inf")):
        """How many requests of a span were not answered well."""
        return sum(ended != "ok" for _, _, ended in self.results(since, until))

    def slowest(self, since=0.0, until=float("inf")):
        """The longest that a request of a span took, in seconds."""
        return max(seconds for _, seconds, _ in self.results(since, until))

    def p99(self, since=0.0, until=float("inf")):
        """The 99th percentile of a span, in milliseconds."""
        return p99(seconds for _, seconds, _ in self.results(since, until))

    def first_ok(self, since):
        """When the first request that was sent after `since` succeeded; infinity if none did."""
        good = [at for at, seconds, ended in self.results(since) if ended == "ok" and at - seconds >= since]
        return min(good, default=float("inf"))
