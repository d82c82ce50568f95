"""Clients that follow a user's events and then read nothing more, and others that read on."""

import json
import re
import socket
import threading
import time

from lib import client, documents, websocket

# With the user, whose preferences make each event large.
LARGE_EVENTS = "subscription { accountEvents { number user { prefs { data } } } }"
EVENTS = "subscription { accountEvents { number } }"
EVENTS_SINCE = "subscription($after: Int) { accountEvents(after: $after) { number } }"
# What the kernels keep unread is small, so that few events fill it: the least buffer, and an Ethernet's packets.
BUFFERS = (4096, 1460)
PER_USER = 10


def connect_websocket(server, user, ip):
    """A WebSocket with a subscription."""
    opened = websocket.WebSocket(server, ip, BUFFERS, **{"x-appwrite-session": user.session})
    opened.subscribe("events", LARGE_EVENTS)
    return opened.socket


def connect_event_stream(server, user, ip):
    """A stream of server-sent events."""
    opened = websocket.narrow(socket.socket(), *BUFFERS)
    opened.settimeout(30)
    opened.connect(server.address)
    body = client.encode(LARGE_EVENTS)
    opened.sendall(
        "POST /v1/graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
        f"X-Forwarded-For: {ip}\r\nX-Appwrite-Session: {user.session}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    if b" 200 " not in (head := opened.recv(1024)):
        raise RuntimeError(head)
    return opened


def open_streams(server):
    """How many WebSockets and event streams the server counts."""
    with_metrics = client.Client(server.metrics)
    text = with_metrics.request("GET", "/metrics").body.decode()
    with_metrics.close()
    return [int(re.search(rf'accountd_connections{{kind="{kind}"}} (\d+)', text)[1]) for kind in ("websocket", "event_stream")]


class Changes(threading.Thread):
    """Changes the names of users in turn, which have large preferences, until it is stopped."""

    def __init__(self, server, users, size):
        super().__init__(daemon=True)
        self.connections = [server.client(session=user.session) for user in users]
        for connection in self.connections:
            documents.ask(connection, documents.UPDATE_PREFS, {"prefs": json.dumps({"text": "x" * size})})
        self.rounds = 0
        self.ends = threading.Event()

    def run(self):
        """Makes changes."""
        while not self.ends.is_set():
            self.rounds += 1
            for connection in self.connections:
                documents.ask(connection, documents.UPDATE_NAME, {"name": f"name {self.rounds}"})
                if self.ends.wait(0.005):
                    return


class Reader(threading.Thread):
    """A user who reads: changes the name, and waits for the event of that."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        user = documents.User(server)
        self.connection = server.client(session=user.session)
        self.socket = websocket.WebSocket(server, f"203.0.113.{number + 1}", **{"x-appwrite-session": user.session})
        self.socket.subscribe("events", EVENTS)
        # A query on the same socket is answered after the subscription has begun.
        self.socket.subscribe("begun", documents.GET)
        while self.socket.receive()["type"] != "complete":
            pass
        # Of each event: when it came, and the seconds since its change was sent.
        self.arrivals, self.last, self.missed = [], None, 0
        self.ends = threading.Event()

    def run(self):
        """Changes and reads until it is stopped."""
        count = 0
        while not self.ends.wait(0.05):
            begun, count = time.monotonic(), count + 1
            documents.ask(self.connection, documents.UPDATE_NAME, {"name": str(count)})
            number = self.socket.receive()["payload"]["data"]["accountEvents"]["number"]
            self.arrivals.append((time.monotonic(), time.monotonic() - begun))
            self.missed += self.last is not None and number != self.last + 1
            self.last = number
