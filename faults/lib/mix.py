"""Requests of many users in every form, over connections that they share. Each answer says whose it is."""

import collections
import itertools
import json
import random
import socket
import threading

from lib import client, documents, websocket

READ = "{ accountGet { _id name prefs { data } } }"
READ_PREFS = "{ accountGetPrefs { data } }"
WRITE_PREFS = "mutation($prefs: Assoc!) { accountUpdatePrefs(prefs: $prefs) { _id name prefs { data } } }"
LISTS = "{ accountListSessions { sessions { userId } } accountListLogs { logs { userId } } }"
MANY = "{ " + " ".join(f"f{number}: accountGet {{ _id name prefs {{ data }} }}" for number in range(5)) + " }"
EVENTS = "subscription { accountEvents { user { _id name } log { userId } } }"
BATCH = 10
# How many requests are sent before the first of their answers is read.
PIPELINED = 8
# How many of the users have a WebSocket.
SOCKETS = 20
# The names under which answers say whose they are.
IDS = ("_id", "$id", "userId")


class Person(documents.User):
    """A user with three credentials, a name and preferences that nobody else has."""

    def __init__(self, server, number):
        super().__init__(server)
        self.name = f"person {number}"
        connection = server.client(session=self.session)
        documents.ask(connection, documents.UPDATE_NAME, {"name": self.name})
        documents.ask(connection, documents.UPDATE_PREFS, {"prefs": self.prefs(0)})
        self.connection, self.jwt, self.numbers = connection, "", itertools.count(1)

    def renew(self):
        """Gets a JWT, which lives for a quarter of an hour."""
        self.jwt = documents.ask(self.connection, documents.CREATE_JWT)["jwt"]

    def prefs(self, number):
        """Preferences of this user."""
        return json.dumps({"owner": self.id, "number": number})

    def credential(self):
        """A header that shows who calls."""
        return random.choice(
            (
                ("X-Appwrite-Session", self.session),
                ("X-Appwrite-JWT", self.jwt),
                ("Authorization", f"Bearer {self.jwt}"),
                ("Cookie", f"theme=dark; a_session_default={self.session}"),
            )
        )

    def request(self):
        """A request of this user: its form, method, path and body, and how many operations it has."""
        prefs = self.prefs(next(self.numbers))
        read, write = {"query": READ}, {"query": WRITE_PREFS, "variables": {"prefs": prefs}}
        batch = [read, {"query": READ_PREFS}, write, {"query": LISTS}, read] * (BATCH // 5)
        form, method, path, body, operations = random.choice(
            (
                ("GraphQL", "POST", "/v1/graphql", read, 1),
                ("GraphQL", "POST", "/v1/graphql", {"query": MANY}, 5),
                ("GraphQL", "POST", "/v1/graphql", {"query": LISTS}, 2),
                ("change", "POST", "/v1/graphql", write, 1),
                ("batch", "POST", "/v1/graphql", batch, BATCH),
                ("batch", "POST", "/v1/graphql", [read] * BATCH, BATCH),
                ("REST", "GET", "/v1/account", None, 1),
                ("REST", "GET", "/v1/account/prefs", None, 1),
                ("REST", "GET", "/v1/account/sessions", None, 1),
                ("REST change", "PATCH", "/v1/account/prefs", {"prefs": json.loads(prefs)}, 1),
            )
        )
        return form, method, path, b"" if body is None else json.dumps(body).encode(), operations


def owners(value):
    """All users that a value of JSON speaks of, by id, name, or preferences."""
    found = set()
    if isinstance(value, list):
        found.update(*map(owners, value))
    elif isinstance(value, dict):
        # Sessions and entries of the log have ids of their own.
        names = ("userId",) if "userId" in value else IDS
        found.update(value[name] for name in names if isinstance(value.get(name), str))
        found.update(value[name] for name in ("owner", "name") if isinstance(value.get(name), str) and value[name])
        found.update(*map(owners, value.values()))
    elif isinstance(value, str) and value.startswith("{"):
        found = owners(json.loads(value))
    return found


class Tally:
    """What answers have said, of all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.operations, self.failures = collections.Counter(), collections.Counter()
        self.foreign = []

    def add(self, person, form, operations, value, error=""):
        """Compares an answer with its caller."""
        found = owners(value) if not error else set()
        strangers = found - {person.id, person.name}
        with self.lock:
            self.operations[form] += operations
            if strangers:
                self.foreign.append(f"{form} of {person.name}: {sorted(strangers)[:2]}")
            elif error or not found:
                self.failures[f"{form}: {error or 'no owner'}"] += 1

    @property
    def total(self):
        """How many operations were answered."""
        return self.operations.total()


def error_of(answer):
    """The type of an error anywhere in an answer."""
    for one in answer if isinstance(answer, list) else [answer]:
        if errors := one.get("errors"):
            return errors[0].get("extensions", {}).get("type", "unknown")
    return ""


class Shared(threading.Thread):
    """A connection as a proxy has it: requests of all users, one after the other, or several before the first answer."""

    def __init__(self, server, people, tally, ends, mixes_up=0.0):
        """`mixes_up` is the share of requests with the credential of another user, for controls."""
        super().__init__(daemon=True)
        self.server, self.people, self.tally, self.ends, self.mixes_up = server, people, tally, ends, mixes_up
        self.connection = self.file = None

    def run(self):
        """Sends requests until it is stopped."""
        self._open()
        while not self.ends.is_set():
            sent = [self._send(random.choice(self.people)) for _ in range(random.randint(1, PIPELINED))]
            self.connection.sendall(b"".join(request for _, _, _, request in sent))
            for person, form, operations, _ in sent:
                status, body = self._receive()
                value = json.loads(body)
                error = f"HTTP {status}" if status >= 400 else error_of(value)
                self.tally.add(person, form, operations, value, error)
            # Now and then a new connection, as clients have them.
            if random.random() < 0.01:
                self._open()

    def _open(self):
        if self.connection:
            self.file.close()
            self.connection.close()
        self.connection = socket.create_connection(self.server.address, 30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.connection.makefile("rb")

    def _send(self, person):
        form, method, path, body, operations = person.request()
        caller = random.choice(self.people) if random.random() < self.mixes_up else person
        name, value = caller.credential()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"X-Forwarded-For: 198.51.100.{random.randint(1, 250)}\r\n{name}: {value}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return person, form, operations, head.encode() + body

    def _receive(self):
        status = int(self.file.readline().split(b" ")[1])
        length = 0
        while line := self.file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, self.file.read(length)


class Sockets(threading.Thread):
    """A WebSocket of each of some users, with operations and events under way on all of them."""

    def __init__(self, server, people, tally, ends):
        super().__init__(daemon=True)
        self.tally, self.ends = tally, ends
        self.sockets = collections.deque()
        for number, person in enumerate(people[:SOCKETS]):
            header = {"x-appwrite-session": person.session} if number % 2 else {"x-appwrite-jwt": person.jwt}
            one = websocket.WebSocket(server, ip=f"198.51.100.{number % 250 + 1}", **header)
            one.subscribe("events", EVENTS)
            self.sockets.append((person, one))

    def run(self):
        """Sends operations on every socket, then reads the answers."""
        while not self.ends.is_set():
            # In turn, so that each answers the server's pings in time.
            some = [self.sockets[number] for number in range(min(5, len(self.sockets)))]
            self.sockets.rotate(-len(some))
            for person, one in some:
                # The ids are the same on every socket.
                one.subscribe("read", READ)
                one.subscribe("lists", LISTS)
                one.subscribe("write", WRITE_PREFS, {"prefs": person.prefs(next(person.numbers))})
            for person, one in some:
                self._read(person, one)

    def _read(self, person, one):
        left = {"read", "lists", "write"}
        while left:
            message = one.receive()
            if message["type"] == "complete":
                left.discard(message["id"])
            else:
                form = "event" if message["id"] == "events" else "WebSocket"
                is_failed = message["type"] == "error"
                self.tally.add(person, form, 1, message["payload"], "error" if is_failed else error_of(message["payload"]))


def run(server, people, tally, operations, seconds, threads=4, mixes_up=0.0):
    """Runs mixed requests until the tally has so many operations, at most so long."""
    for person in people:
        person.renew()
    ends = threading.Event()
    running = [Shared(server, people, tally, ends, mixes_up) for _ in range(threads)]
    if not mixes_up:
        running.append(Sockets(server, people, tally, ends))
    for one in running:
        one.start()
    for _ in range(int(seconds * 10)):
        if tally.total >= operations or not any(one.is_alive() for one in running):
            break
        ends.wait(0.1)
    ends.set()
    for one in running:
        one.join(60)
    if any(one.is_alive() for one in running):
        raise client.Lost("late")
