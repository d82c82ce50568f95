"""Load that writes, and the journal of it: what was acknowledged, what was refused, and what got no answer.

Each writer numbers its writes. The security log keeps every name that a user had, and so shows which writes took
effect.
"""

import collections
import threading
import time

from lib import client, documents


class Writer(threading.Thread):
    """One user who writes without pause. Its journal is kept here, outside of the server."""

    def __init__(self, server, pause=0.0):
        super().__init__(daemon=True)
        self.user = documents.User(server)
        self.connection = client.Client(server.address, session=self.user.session, timeout=15)
        self.guest = client.Client(server.address, timeout=15)
        self.pause = pause
        self.number = 0
        self.acknowledged = {}
        self.refused = {}
        self.unanswered = {}
        self.created = []
        self.seconds = []
        self.ends = threading.Event()

    def run(self):
        """Writes until it is stopped."""
        while not self.ends.is_set():
            answer = self.write()
            self.ends.wait(self.pause if answer and not answer.error else 0.02)

    def write(self):
        """Sends one write: mostly a new name, now and then new preferences or a new user."""
        self.number += 1
        kind, connection, document, variables = self._next()
        begun = time.monotonic()
        try:
            answer = connection.graphql(document, variables)
        except client.Lost as lost:
            self.unanswered[self.number] = (kind, lost.kind)
            return None
        finally:
            self.seconds.append(time.monotonic() - begun)
        if answer.error:
            self.refused[self.number] = (kind, answer.error)
            return answer
        self.acknowledged[self.number] = (kind, "")
        if kind == "user":
            self.created.append(answer.data["userId"])
        return answer

    def _next(self):
        if self.number % 10 == 5:
            return "user", self.guest, documents.SIGN_IN_ANONYMOUSLY, {}
        if self.number % 4 == 0:
            return "prefs", self.connection, documents.UPDATE_PREFS, {"prefs": f'{{"n":{self.number}}}'}
        return "name", self.connection, documents.UPDATE_NAME, {"name": str(self.number)}


class Load:
    """Several writers at once."""

    def __init__(self, servers, count, pause=0.0):
        self.writers = [Writer(servers[n % len(servers)], pause) for n in range(count)]
        self.begun = time.monotonic()
        self.seconds = 0.0

    def __enter__(self):
        self.begun = time.monotonic()
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.ends.set()
        for writer in self.writers:
            writer.join(40)
        self.seconds = time.monotonic() - self.begun

    def count(self, journal="acknowledged"):
        """How many writes a journal has."""
        return sum(len(getattr(writer, journal)) for writer in self.writers)

    def failures(self):
        """How often writes ended how, other than well."""
        entries = [*self._entries("refused"), *self._entries("unanswered")]
        return dict(collections.Counter(ended for _, ended in entries))

    def _entries(self, journal):
        return [entry for writer in self.writers for entry in list(getattr(writer, journal).values())]

    def slowest(self):
        """The longest that any request has taken, in seconds."""
        return max(max(writer.seconds) for writer in self.writers)


class Comparison:
    """What the journals of some writers and the database disagree about."""

    def __init__(self, database, writers):
        self.acknowledged = sum(len(writer.acknowledged) for writer in writers)
        self.lost = self.doubled = self.halves = 0
        # The errors of writes that took effect all the same.
        self.refused_yet_done = []
        query = "SELECT user_id, user_name FROM security_logs WHERE event = 'user.update.name' ORDER BY id"
        names = {}
        for user, name in database.rows(query):
            names.setdefault(user, []).append(name)
        users = {user: rest for user, *rest in database.rows("SELECT id, name, prefs FROM users")}
        for writer in writers:
            name, prefs = users.get(writer.user.id, ("", ""))
            self._compare_names(writer, list(map(int, names.get(writer.user.id, []))), name)
            self._compare_prefs(writer, int("".join(filter(str.isdigit, prefs)) or 0))
            self.lost += len(set(writer.created) - users.keys())

    def _compare_names(self, writer, applied, name):
        self.lost += len(numbers(writer.acknowledged, "name") - set(applied))
        self.refused_yet_done += [writer.refused[n][1] for n in numbers(writer.refused, "name") & set(applied)]
        self.doubled += len(applied) - len(set(applied))
        # The row of the user and its newest row of the log are of one transaction.
        self.halves += name != (str(applied[-1]) if applied else "")

    def _compare_prefs(self, writer, stored):
        self.lost += stored < max(numbers(writer.acknowledged, "prefs"), default=0)
        self.refused_yet_done += [writer.refused[n][1] for n in numbers(writer.refused, "prefs") & {stored}]

    def is_clean(self, most_in_doubt=0):
        """Whether there is no disagreement but so many writes that were refused and yet done."""
        return len(self.refused_yet_done) <= most_in_doubt and not (self.lost or self.doubled or self.halves)

    def __str__(self):
        errors = f" {sorted(set(self.refused_yet_done))}" if self.refused_yet_done else ""
        return (
            f"{self.acknowledged:,} acknowledged writes, {self.lost} lost, "
            f"{len(self.refused_yet_done)} refused and yet done{errors}, {self.doubled} done twice, {self.halves} by halves"
        )


def numbers(journal, kind):
    """The numbers of one kind of write in a journal."""
    return {number for number, entry in journal.items() if entry[0] == kind}


def check(report, promise, database, writers, after="", most_in_doubt=0):
    """Reports how the journals compare with the database.

    `most_in_doubt` is how many writes may be refused and yet done: the database died while it committed them.
    """
    comparison = Comparison(database, writers)
    is_clean = comparison.is_clean(most_in_doubt)
    figure = f"{database.name}{after}: {comparison}"
    report.check(is_clean and comparison.acknowledged, promise, figure, is_final=not is_clean)


def forget_one(database, writers):
    """Removes one acknowledged write from the database, as a store that loses writes would."""
    writer = next(writer for writer in writers if numbers(writer.acknowledged, "name"))
    number = max(numbers(writer.acknowledged, "name"))
    database.rows(f"DELETE FROM security_logs WHERE user_id = '{writer.user.id}' AND user_name = '{number}'")
