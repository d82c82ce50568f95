"""An HTTP client for load: one kept connection, no hidden retries, and a time limit for the whole answer."""

import contextlib
import json
import select
import socket
import time


# The server closes a connection that is idle for ten seconds; this client leaves it before.
MAX_IDLE = 5


class Lost(Exception):
    """No whole answer came: the connection was `refused` or `cut`, or time ran out (`late`)."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def encode(document, variables=None):
    """The body that carries a document."""
    return json.dumps({"query": document, "variables": variables or {}}).encode()


class Answer:
    """One HTTP response."""

    def __init__(self, status, headers, body, seconds):
        self.status = status
        self.headers = headers
        self.body = body
        self.seconds = seconds

    @property
    def json(self):
        """The body; an empty object where it isn't JSON."""
        return json.loads(self.body) if self.headers.get("content-type", "").startswith("application/json") else {}

    @property
    def data(self):
        """The value of the only root field."""
        return next(iter((self.json.get("data") or {"": None}).values()))

    @property
    def error(self):
        """The type of the first error; an empty text where there is none."""
        if errors := self.json.get("errors"):
            return errors[0].get("extensions", {}).get("type", "unknown")
        if self.status >= 400:
            return self.json.get("type", f"HTTP {self.status}")
        return ""

    @property
    def code(self):
        """The code of the first error, else the HTTP status."""
        errors = self.json.get("errors")
        return errors[0].get("extensions", {}).get("code", 0) if errors else self.status

    @property
    def retry_after(self):
        """How long to wait, by header or in the first error."""
        errors = self.json.get("errors") or [{}]
        return self.headers.get("retry-after") or errors[0].get("extensions", {}).get("retryAfter")


class Client:
    """A connection, opened when needed and kept as long as the server keeps it."""

    def __init__(self, address, session=None, ip=None, jwt=None, timeout=30):
        self.address = address
        self.timeout = timeout
        self.headers = {"Host": "localhost", "Content-Type": "application/json"}
        if session:
            self.headers["X-Appwrite-Session"] = session
        if jwt:
            self.headers["X-Appwrite-JWT"] = jwt
        if ip:
            self.headers["X-Forwarded-For"] = ip
        self.socket = None
        self.sent_at = self.used_at = 0.0

    def close(self):
        """Closes the connection."""
        if self.socket:
            self.socket.close()
        self.socket = None

    def graphql(self, document, variables=None, timeout=None):
        """Runs one document."""
        return self.request("POST", "/v1/graphql", encode(document, variables), timeout)

    def send_graphql(self, document, variables=None):
        """Sends one document; `receive` reads its answer."""
        self.send("POST", "/v1/graphql", encode(document, variables))

    def request(self, method, path, body=b"", timeout=None):
        """Sends one request and reads the whole answer."""
        end = time.monotonic() + (timeout or self.timeout)
        self.send(method, path, body, end)
        return self.receive(end)

    def send(self, method, path, body=b"", end=None):
        """Sends one request."""
        self.sent_at = time.monotonic()
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        with self._as_lost():
            self._connect(end or self.sent_at + self.timeout)
            self.socket.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def receive(self, end=None):
        """Reads the whole answer to the request that was sent last."""
        with self._as_lost():
            status, headers, body = self._read(end or self.sent_at + self.timeout)
        self.used_at = time.monotonic()
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body, self.used_at - self.sent_at)

    @contextlib.contextmanager
    def _as_lost(self):
        kind = None
        try:
            yield
        except TimeoutError:
            kind = "late"
        except ConnectionRefusedError:
            kind = "refused"
        except OSError:
            kind = "cut"
        if kind:
            self.close()
            raise Lost(kind)

    def _connect(self, end):
        # What is readable before a request is the end of the connection.
        is_old = time.monotonic() - self.used_at > MAX_IDLE
        if self.socket and (is_old or self._is_readable()):
            self.close()
        if not self.socket:
            self.socket = socket.create_connection(self.address, max(end - time.monotonic(), 0.001))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._limit(end)

    def _is_readable(self):
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))

    def _limit(self, end):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)

    def _receive(self, end):
        self._limit(end)
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        return data

    def _read(self, end):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive(end)
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(headers["content-length"]):
            body += self._receive(end)
        return int(first.split(" ")[1]), headers, body
