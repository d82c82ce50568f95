"""Sign-ins at a fixed rate, however slow the answers are.

One thread waits for all answers at once: a thread for each would take the processor from the server.
"""

import collections
import contextlib
import re
import selectors
import socket
import time

from lib import client, documents

USERS = 4
# How long an answer may take.
TIMEOUT = 30
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def email(user):
    """The address of a user who signs in."""
    return f"user{user}@example.com"


class Call:
    """A connection with at most one request under way."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.due = None
        self.data = b""

    def send(self, request, due):
        """Sends a request that was due at a moment."""
        self.due, self.data = due, b""
        self.socket.send(request)

    def receive(self):
        """Reads what there is. Returns how the request ended, or nothing as long as it hasn't."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        self.data += data
        head, _, body = self.data.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length and len(body) >= int(length[1]):
            kind = {"content-type": "application/json"}
            answer = client.Answer(int(head.split(b" ", 2)[1]), kind, body, 0)
            return str(answer.code) if answer.error else "ok"
        return None if data else "cut"


class Flood:
    """Sends sign-ins from 2,000 addresses when they are due, and times each from that moment on."""

    def __init__(self, server, rate, seconds):
        self.server, self.rate, self.seconds = server, rate, seconds
        self.took = seconds
        # Of each attempt: how it ended, and the seconds since it was due.
        self.results = []
        self.selector = selectors.DefaultSelector()
        self.free = collections.deque()
        self.busy = set()

    def run(self):
        """Sends everything, and waits for the answers."""
        count, sent = int(self.rate * self.seconds), 0
        for _ in range(min(count, 200)):
            self._open()
        start = time.monotonic() + 0.1
        while sent < count or self.busy:
            while sent < count and start + sent / self.rate <= time.monotonic():
                self._send(sent, start + sent / self.rate)
                sent += 1
            due = start + sent / self.rate if sent < count else time.monotonic() + 1
            for key, _ in self.selector.select(max(0, due - time.monotonic())):
                self._receive(key.data)
            if sent == count:
                self._give_up()
        self.took = max(self.seconds, time.monotonic() - start)
        self.selector.close()
        return self

    def credentials(self, number):
        """What an attempt signs in with."""
        return {"email": email(number % USERS), "password": documents.PASSWORD}

    def _open(self):
        call = Call(self.server.address)
        self.selector.register(call.socket, selectors.EVENT_READ, call)
        self.free.append(call)

    def _send(self, number, due):
        if not self.free:
            self._open()
        # The one that has rested the longest, so that none rests for so long that the server closes it.
        call = self.free.popleft()
        body = client.encode(documents.SIGN_IN, self.credentials(number))
        ip = f"198.18.{number % 2000 // 250}.{number % 250 + 1}"
        head = f"POST /v1/graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Forwarded-For: {ip}"
        self.busy.add(call)
        with contextlib.suppress(OSError):  # then there will be no answer, either
            call.send(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body, due)

    def _receive(self, call):
        if not (ended := call.receive()):
            return
        if call in self.busy:
            self.busy.remove(call)
            self.results.append((ended, time.monotonic() - call.due))
            if ended != "cut":
                self.free.append(call)
        elif call in self.free:
            self.free.remove(call)
        if ended == "cut":
            self.selector.unregister(call.socket)
            call.socket.close()

    def _give_up(self):
        late = [call for call in self.busy if time.monotonic() - call.due > TIMEOUT]
        for call in late:
            self.busy.remove(call)
            self.results.append(("late", TIMEOUT))

    @property
    def offered(self):
        """How many requests were sent a second."""
        return len(self.results) / self.took

    def count(self, *endings):
        """How many attempts ended so."""
        return sum(ended in endings for ended, _ in self.results)

    def seconds_of(self, *endings):
        """How long the attempts took that ended so."""
        return [seconds for ended, seconds in self.results if ended in endings]
