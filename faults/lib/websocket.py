"""A WebSocket that speaks `graphql-transport-ws`."""

import base64
import json
import os
import socket
import struct

CLOSE, PING, PONG = 8, 9, 10


class Closed(Exception):
    """The server has closed the socket, with a code and a reason."""


def narrow(connection, receive_buffer, packet):
    """Has the kernels keep little of what isn't read: so many bytes here, and few packets of such a size there."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, packet)
    return connection


class WebSocket:
    """An open socket of a user, after `connection_ack`."""

    def __init__(self, server, ip=None, buffers=(), **payload):
        """`payload` are the headers of `connection_init`; `buffers` are what `narrow` takes."""
        self.socket = socket.socket()
        if buffers:
            narrow(self.socket, *buffers)
        self.socket.settimeout(30)
        self.socket.connect(server.address)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        forwarded = f"X-Forwarded-For: {ip}\r\n" if ip else ""
        self.socket.sendall(
            "GET /v1/graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{forwarded}"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        status = self.file.readline()
        while self.file.readline().strip():
            pass
        if b" 101 " not in status:
            raise RuntimeError(f"no socket: {status.decode().strip()}")
        self.send({"type": "connection_init", "payload": payload})
        if (answer := self.receive())["type"] != "connection_ack":
            raise RuntimeError(f"no socket: {answer}")

    def subscribe(self, name, document, variables=None):
        """Starts an operation."""
        payload = {"query": document, "variables": variables or {}}
        self.send({"id": name, "type": "subscribe", "payload": payload})

    def send(self, message):
        """Sends a message."""
        self._send_frame(1, json.dumps(message).encode())

    def receive(self):
        """The next message. Answers the server's pings."""
        while True:
            kind, data = self._read_frame()
            if kind == PING:
                self._send_frame(PONG, data)
            elif kind == CLOSE:
                code = struct.unpack(">H", data[:2])[0] if data else 1005
                raise Closed(f"{code} {data[2:].decode(errors='replace')}".strip())
            elif kind != PONG:
                message = json.loads(data)
                if message["type"] != "ping":
                    return message
                self.send({"type": "pong"})

    def close(self):
        """Leaves without notice."""
        self.file.close()
        self.socket.close()

    def _send_frame(self, kind, data):
        length = bytes([0x80 | len(data)]) if len(data) < 126 else struct.pack(">BH", 0xFE, len(data))
        # A mask of zeros leaves the data as it is.
        self.socket.sendall(bytes([0x80 | kind]) + length + bytes(4) + data)

    def _read_frame(self):
        kind, length = self._read(2)
        if length == 126:
            (length,) = struct.unpack(">H", self._read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._read(8))
        return kind & 15, self._read(length)

    def _read(self, count):
        data = self.file.read(count)
        if len(data) < count:
            raise Closed("without a close frame")
        return data
