"""Clients that make JWTs and have them checked in each way that docs/tokens.md has, among forged ones."""

import collections
import itertools
import random
import threading
import time

from lib import client, documents, jwts

# How many tokens of its own a client remembers, to have older ones checked, too.
REMEMBERED = 200
# Statuses that say that a token isn't valid; others say nothing about it.
REFUSALS = (401, 403)
BUSY = "503 general_server_busy"


class Ways:
    """Each way to check a token. They return the user, or raise `jwts.Refused`."""

    def __init__(self, server, verifier, key):
        self.verifier = verifier
        self.caller, self.proxy, self.asker = server.client(), server.client(), server.client()
        self.asker.headers |= {"X-Appwrite-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        # A server that is asked for a token looks for its key: the published ones come first, as they are without that.
        self.all = {
            "keys": self.by_keys,
            "accountGet": self.by_account,
            "forward-auth": self.by_forward_auth,
            "introspection": self.by_introspection,
        }

    def by_account(self, token):
        """Asks for the account."""
        self.caller.headers["X-Appwrite-JWT"] = token
        answer = self.caller.graphql(documents.GET)
        return answered(answer, lambda: answer.data["_id"])

    def by_forward_auth(self, token):
        """Asks like a proxy."""
        self.proxy.headers["Authorization"] = f"Bearer {token}"
        answer = self.proxy.request("GET", "/v1/projects/default/forward-auth")
        return answered(answer, lambda: answer.headers["x-auth-user"])

    def by_introspection(self, token):
        """Asks with an API key."""
        answer = self.asker.request("POST", "/v1/projects/default/introspect", f"token={token}".encode())
        found = answered(answer, lambda: answer.json)
        if not found["active"]:
            raise jwts.Refused("inactive")
        return found["sub"]

    def by_keys(self, token):
        """Verifies without asking for the token."""
        return self.verifier.verify(token)["sub"]


def answered(answer, value):
    """The value of an answer without an error."""
    if answer.error and answer.code in REFUSALS:
        raise jwts.Refused(answer.error)
    if answer.error:
        raise client.Lost(f"{answer.code} {answer.error}")
    return value()


class Client(threading.Thread):
    """One user with a session, whose tokens are checked until it is stopped."""

    def __init__(self, server, key, verifier, pause):
        super().__init__(daemon=True)
        self.user = documents.User(server)
        self.connection = server.client(session=self.user.session)
        self.verifier, self.pause = verifier, pause
        self.ways = Ways(server, verifier, key).all
        self.forger = jwts.Forger(verifier)
        # Tokens that must be accepted, and those of which no server may accept one, by why.
        self.tokens, self.ended = collections.deque(maxlen=REMEMBERED), {}
        self.made, self.checks, self.forged = collections.Counter(), collections.Counter(), collections.Counter()
        self.refused, self.accepted, self.failures = collections.Counter(), collections.Counter(), collections.Counter()
        self.lock, self.ends = threading.Lock(), threading.Event()

    def run(self):
        """Makes and shows tokens."""
        turn = itertools.count()
        while not self.ends.wait(self.pause):
            with self.lock:
                try:
                    self._round(next(turn))
                except client.Lost as lost:
                    self.failures[lost.kind] += 1

    def _round(self, turn):
        answer = self.connection.graphql(documents.CREATE_JWT)
        token = answered(answer, lambda: answer.data["jwt"])
        self.made[jwts.header(token)["kid"]] += 1
        self.tokens.append(token)
        for way in self.ways:
            self._show_valid(token, way)
        self._show_valid(random.choice(self.tokens), random.choice(list(self.ways)))
        if (kid := jwts.header(token)["kid"]) in self.verifier.keys:
            forged = list(self.forger.forge(token).items())
            for kind, fake in (forged[(3 * turn + n) % len(forged)] for n in range(3)):
                self._show_invalid(fake, kind, random.choice(list(self.ways)))
        else:
            # Controls have verifiers that don't know it; others have just refused a valid token.
            self.refused[f"unknown key {kid[:6]}"] += 1
        for kind, (fake, ways) in self.ended.items():
            self._show_invalid(fake, kind, random.choice(ways))

    def _show_valid(self, token, way):
        self.checks[way] += 1
        try:
            if self.ways[way](token) != self.user.id:
                self.refused[f"{way}: another user"] += 1
        except jwts.Refused as why:
            self.refused[f"{way}: {why}"] += 1
        except client.Lost as lost:
            self.failures[lost.kind] += 1

    def _show_invalid(self, token, kind, way):
        self.forged[kind] += 1
        try:
            self.ways[way](token)
            self.accepted[f"{kind}, by {way}"] += 1
        except jwts.Refused:
            pass
        except client.Lost as lost:
            self.failures[lost.kind] += 1

    def forget(self, kid):
        """Shows no token of a key as a valid one any more."""
        with self.lock:
            kept = [token for token in self.tokens if jwts.header(token)["kid"] != kid]
            self.tokens = collections.deque(kept, maxlen=REMEMBERED)

    def add_ended(self, kind, token, ways=None):
        """Shows a token that isn't valid any more, or never was."""
        with self.lock:
            self.ended[kind] = (token, ways or list(self.ways))


class Load:
    """Several clients at once."""

    def __init__(self, server, count, key, verifier=jwts.Verifier, pause=0.3):
        self.clients = [Client(server, key, verifier(server), pause) for _ in range(count)]
        self.begun = self.seconds = 0.0

    def __enter__(self):
        self.begun = time.monotonic()
        for one in self.clients:
            one.start()
        return self

    def __exit__(self, *_):
        for one in self.clients:
            one.ends.set()
        for one in self.clients:
            one.join(60)
        self.seconds = time.monotonic() - self.begun

    def total(self, name):
        """One of the clients' counters, added up."""
        return sum((getattr(one, name) for one in self.clients), collections.Counter())

    def check(self, report, name, may_be_busy=False):
        """Reports how tokens were answered. With `may_be_busy`, a server may have found no connection in time."""
        made, checks, forged = self.total("made"), self.total("checks"), self.total("forged")
        refused, accepted, failures = self.total("refused"), self.total("accepted"), self.total("failures")
        valid = (
            f"{name}: {made.total():,} tokens of {len(made)} keys, {checks.total():,} checks in {len(checks)} ways "
            f"in {self.seconds:.0f} s: {refused.total()} valid ones refused {dict(refused) or ''}"
        )
        report.check(made and not refused, "SJ-8", valid.rstrip(), is_final=bool(refused))
        invalid = (
            f"{name}: {forged.total():,} invalid ones of {len(forged)} kinds: "
            f"{accepted.total()} accepted {dict(accepted) or ''}"
        )
        report.check(forged and not accepted, "SJ-1", invalid.rstrip(), is_final=bool(accepted))
        figure = f"{name}: {failures.total()} requests failed {dict(failures) or ''}"
        busy = failures[BUSY] if may_be_busy else 0
        report.check(failures.total() == busy, "AV-6", figure.rstrip())
