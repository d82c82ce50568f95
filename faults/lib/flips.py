"""Flips bytes of a stopped server's SQLite file, starts the server on that, and asks what it still knows."""

import collections
import json
import random
import re
import sqlite3
import subprocess
import time

from lib import client, database, documents, server

READ = "{ accountGet { _id name email prefs { data } } }"
WRONG = "a wrong password"
WORST_FIRST = (
    "wrong login",
    "foreign row",
    "crashed",
    "ended while reading",
    "error 5xx",
    "refused though valid",
    "altered",
)
# How long a start may take. A server on such a file may wait for nothing.
START = 20


def reason(why):
    """What is the same in many reasons: without numbers, paths, names in parentheses, and answers."""
    text = re.sub(r"/\S+", "PATH", re.sub(r"[({].*", "", why))
    return re.sub(r"[0-9]+", "N", re.sub(r"\b[0-9a-f]{16}\b", "USER", text))[:120].strip()


class Known:
    """A user, and what the server must say to each credential."""

    def __init__(self, served, number):
        # Words that no single byte turns into those of another user.
        self.word = random.randbytes(8).hex()
        self.email, self.password = f"{self.word}@example.com", f"correct horse {self.word}"
        sign_up = {"id": f"u{self.word}", "email": self.email, "password": self.password}
        self.id = documents.ask(served.client(), documents.SIGN_UP, sign_up)["_id"]
        self.session = self.sign_in(served)
        self.ended = self.sign_in(served)
        documents.ask(served.client(session=self.ended), documents.DELETE_SESSION, {"id": "current"})
        connection = served.client(session=self.session)
        documents.ask(connection, documents.UPDATE_NAME, {"name": f"name {self.word}"})
        documents.ask(connection, documents.UPDATE_PREFS, {"prefs": json.dumps({"word": self.word, "number": number})})
        self.jwt = documents.ask(connection, documents.CREATE_JWT)["jwt"]
        self.seen = documents.ask(connection, READ)

    def sign_in(self, served):
        """A new session."""
        variables = {"email": self.email, "password": self.password}
        return documents.ask(served.client(), documents.SIGN_IN, variables)["secret"]


class Copy:
    """A server with some users, and the bytes of its files."""

    def __init__(self, world, users):
        self.store = database.Sqlite(world.path("sqlite"))
        self.server = world.server(self.store, limits__rates="false")
        self.users = [Known(self.server, number) for number in range(users)]
        self.server.stop()
        self.files = {file: file.read_bytes() for file in self.store.file.parent.iterdir() if file.is_file()}
        self.whole = self.files[self.store.file]
        self.words = {user.word: user for user in self.users}

    def flip(self, offset, value):
        """Starts the server on a file with another byte at one place. Returns how it takes that, and why."""
        return self.take(self.whole[:offset] + bytes([value]) + self.whole[offset + 1:])

    def take(self, data):
        """Starts the server on a file with these bytes. Returns how it takes that, and why."""
        self.server.kill()
        for file in self.store.file.parent.iterdir():
            if file not in self.files:
                file.unlink()
        for file, before in self.files.items():
            file.write_bytes(data if file == self.store.file else before)
        self.server.log_file.unlink(missing_ok=True)
        self.server.launch()
        try:
            return self._begin() or self._ask()
        finally:
            self.server.kill()

    def exchanged(self):
        """A sound file in which two users have each other's name."""
        file = self.store.file.with_name("exchanged.db")
        file.write_bytes(self.whole)
        connection = sqlite3.connect(file)
        one, other = self.users[:2]
        for user, name in ((one, other), (other, one)):
            connection.execute("UPDATE users SET name = ? WHERE id = ?", (f"name {name.word}", user.id))
        connection.commit()
        connection.close()
        return file.read_bytes()

    def _begin(self):
        end = time.monotonic() + START
        while not server.READY.search(self.server.log()):
            if (code := self.server.process.poll()) is not None:
                lines = [line for line in self.server.log().splitlines() if line]
                kind = "refused at start" if code > 0 and lines else "crashed"
                return kind, f"code {code}: {lines[-1][:300] if lines else 'no message'}"
            if time.monotonic() > end:
                return "hung", "no start and no end"
            time.sleep(0.01)
        return None

    def _ask(self):
        found = collections.Counter()
        shown = random.sample(self.users, min(8, len(self.users)))
        try:
            for user in shown:
                found[self._identify(user, session=user.session)] += 1
            for user in shown[:3]:
                found[self._identify(user, jwt=user.jwt)] += 1
                found[self._shut_out(self.server.client(session=user.ended).graphql(READ), "an ended session")] += 1
            found[self._shut_out(self._sign_in(shown[0], WRONG), "a wrong password")] += 1
            answer = self._sign_in(shown[1], shown[1].password)
            if answer.error:
                found[self._judge(answer, shown[1], "sign-in")] += 1
            else:
                found[self._identify(shown[1], session=answer.data["secret"])] += 1
        except client.Lost as lost:
            try:
                code = self.server.process.wait(1)
            except subprocess.TimeoutExpired:
                code = None
            found["ended while reading" if code and code > 0 else "crashed", f"{lost.kind}, exit code {code}"] += 1
        for kind in WORST_FIRST:
            if kinds := [one for one in found if one[0] == kind]:
                return kinds[0]
        return "harmless", ""

    def _sign_in(self, user, password):
        return self.server.client().graphql(documents.SIGN_IN, {"email": user.email, "password": password})

    def _identify(self, user, **credential):
        return self._judge(self.server.client(**credential).graphql(READ), user, next(iter(credential)))

    def _judge(self, answer, user, way):
        if answer.error:
            return ("error 5xx" if answer.code >= 500 else "refused though valid"), f"{way}: {answer.code} {answer.error}"
        text = json.dumps(answer.data)
        if strangers := [word for word in self.words if word != user.word and word in text]:
            return "foreign row", f"{way} of {user.word} shows {strangers[0]}: {text}"
        return ("same", "") if answer.data == user.seen else ("altered", f"{way}: {text}")

    @staticmethod
    def _shut_out(answer, what):
        if not answer.error:
            return "wrong login", f"{what} is accepted"
        return ("error 5xx", f"{answer.code} {answer.error}") if answer.code >= 500 else ("same", "")

    def pointers(self):
        """Places where an index names the row of a user, each with the row of the next user.

        They are found by their neighbours: an entry of an index ends with the number of the row.
        """
        file = self.store.file.with_name("whole.db")
        file.write_bytes(self.whole)
        connection = sqlite3.connect(file)
        rows = connection.execute("SELECT rowid, id, email FROM users WHERE rowid > 1 ORDER BY rowid").fetchall()
        connection.close()
        found = []
        for (row, *keys), (other, *_) in zip(rows, rows[1:]):
            for key in keys:
                entry = b"default" + key.encode() + bytes([row])
                offset = self.whole.find(entry)
                while offset >= 0:
                    found.append((offset + len(entry) - 1, other))
                    offset = self.whole.find(entry, offset + 1)
        return found
