"""Asks accountd through a proxy what docs/operating/proxies.md says of it.

    proxies.py HOST PORT CERTIFICATE LOG KEY

LOG is the log of accountd, KEY an API key with the scope `client.forward`.
"""
import base64
import http.client
import json
import os
import socket
import ssl
import struct
import sys
import time

HOST, PORT, CERTIFICATE, LOG, KEY = sys.argv[1:]
VISITOR = "203.0.113.9"
# The proxy is 127.0.0.1, which accountd trusts.
CLIENT = "127.0.0.2"
TIMEOUT = 20
CONTEXT = ssl.create_default_context(cafile=CERTIFICATE)
# From the first event on, so that none is missed however late the subscription begins.
SUBSCRIPTION = "subscription { accountEvents(after: 0) { log { detail } } }"
RENAMED = "user.update.name"


def dial():
    plain = socket.create_connection(("127.0.0.1", int(PORT)), TIMEOUT, (CLIENT, 0))
    return CONTEXT.wrap_socket(plain, server_hostname=HOST)


def send(method, path, body=None, **headers):
    """Sends a request, and returns status, headers, and JSON or text."""
    connection = http.client.HTTPSConnection(HOST, int(PORT), timeout=TIMEOUT, context=CONTEXT)
    connection.sock = dial()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json", **names})
    response = connection.getresponse()
    text = response.read().decode()
    is_json = (response.headers.get("Content-Type") or "").startswith("application/json")
    return response.status, response.headers, json.loads(text) if is_json and text else text


def client_of(request_id):
    """The address of the client in the log."""
    for _ in range(TIMEOUT * 10):
        with open(LOG) as lines:
            for line in lines:
                if request_id in line and '"message":"request"' in line:
                    return json.loads(line)["client"]
        time.sleep(0.1)
    raise SystemExit(f"the log has no request {request_id}")


def check(what, found, expected):
    print(("ok   " if found == expected else "BAD  ") + what, flush=True)
    if found != expected:
        raise SystemExit(f"{what}: {found!r}, not {expected!r}")


def rename(session, name):
    check("a change", send("PATCH", "/v1/account/name", {"name": name}, X_Appwrite_Session=session)[0], 200)


class WebSocket:
    def __init__(self):
        self.socket = dial()
        self.socket.sendall((
            f"GET /v1/graphql HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def send(self, message):
        data, mask = json.dumps(message).encode(), os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0x80 | 126, len(data))
        self.socket.sendall(b"\x81" + length + mask + masked)

    def receive(self):
        length = self.stream.read(2)[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", self.stream.read(2))[0]
        return json.loads(self.stream.read(length))


def main():
    user = {"email": f"{PORT}-{time.time_ns()}@example.com", "password": "correct horse battery"}
    check("a sign-up", send("POST", "/v1/account", {"userId": "unique()", **user})[0], 201)
    status, headers, session = send("POST", "/v1/account/sessions/email", user, X_Forwarded_For=VISITOR)
    check("a sign-in", status, 201)
    check("a forged address isn't believed", client_of(headers["X-Request-Id"]), CLIENT)
    secret = session["secret"]
    _, headers, _ = send("GET", "/v1/account", X_Appwrite_Session=secret, X_Appwrite_Key=KEY, X_Forwarded_For=VISITOR)
    check("a forwarded visitor is", client_of(headers["X-Request-Id"]), VISITOR)
    check("/metrics is not for the world", send("GET", "/metrics")[0], 404)

    stream = dial()
    body = json.dumps({"query": SUBSCRIPTION}).encode()
    stream.sendall((
        f"POST /v1/graphql HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        f"X-Appwrite-Session: {secret}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
    lines = stream.makefile("rb")
    check("an event stream", lines.readline().split()[1], b"200")
    rename(secret, "Ada")
    deadline = time.monotonic() + TIMEOUT
    events = iter(lambda: lines.readline().decode() if time.monotonic() < deadline else "", "")
    check("its event comes while it is open", any(RENAMED in line for line in events), True)

    web_socket = WebSocket()
    check("a WebSocket", web_socket.status, 101)
    web_socket.send({"type": "connection_init", "payload": {"x-appwrite-session": secret}})
    check("its session", web_socket.receive()["type"], "connection_ack")
    web_socket.send({"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}})
    rename(secret, "Grace")
    details = iter(lambda: web_socket.receive()["payload"]["data"]["accountEvents"]["log"]["detail"], "")
    check("its events", next(details), "user.create")
    count = 0
    while count < 2:
        count += next(details) == RENAMED


main()
