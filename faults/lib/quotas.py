"""Calls of a limited field at several servers, and how many of them pass.

Each quota is that of one address. The proxies' network is loopback, so that a call may name its address in
X-Forwarded-For.
"""

import collections
import itertools
import threading

from lib import client, documents

# What may pass at most if a server that is alone in not reaching Redis adds its share. Beyond that no busy machine
# is an excuse.
MAX_EVER = documents.LIMIT + 4


class Quotas:
    """Some quotas of ten calls each, and the calls made."""

    _networks = itertools.count(1)

    def __init__(self, servers, session, count):
        network = next(self._networks)
        self.ips = [f"10.{network}.{n // 250}.{n % 250 + 1}" for n in range(count)]
        self.passed = collections.Counter()
        self.errors = collections.Counter()
        self.seconds = []
        self.connections = [server.client(session=session) for server in servers]
        self.lock = threading.Lock()

    def call(self, server, ip):
        """One call at one server; a server's calls come one after the other. Returns whether it passed."""
        try:
            self.connections[server].headers["X-Forwarded-For"] = ip
            answer = self.connections[server].graphql(documents.LIMITED)
        except client.Lost as lost:
            with self.lock:
                self.errors[lost.kind] += 1
            return False
        has_passed = answer.error == "user_session_not_found"
        with self.lock:
            self.seconds.append(answer.seconds)
            self.passed[ip] += has_passed
            if not has_passed and not documents.is_limited(answer):
                self.errors[answer.error or "ok"] += 1
        return has_passed

    def draw(self, rounds, servers=None):
        """Makes `rounds` calls of each quota at each of the servers, at all servers at once."""

        def call_all(server):
            for _ in range(rounds):
                for ip in self.ips:
                    self.call(server, ip)

        threads = [
            threading.Thread(target=call_all, args=(server,), daemon=True)
            for server in servers or range(len(self.connections))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def check(self, report, promise, when, most=documents.LIMIT + 2):
        """Reports the quotas of which the most and the fewest calls have passed, and unexpected errors.

        Each quota must have been exceeded.
        """
        passed = [self.passed[ip] for ip in self.ips]
        over = sum(count > most for count in passed)
        figure = f"of {documents.LIMIT} calls {min(passed)} to {max(passed)} pass for {len(passed)} addresses, {over} over {most}"
        report.check(not over, promise, f"{when}: {figure}", is_final=max(passed) > MAX_EVER)
        least = documents.LIMIT // 2
        under = sum(count < least for count in passed)
        report.check(not under, promise, f"{when}: {under} addresses got less than {least}")
        report.check(
            not self.errors, promise, f"{when}: {sum(self.errors.values())} errors {dict(self.errors) or ''}".rstrip()
        )
