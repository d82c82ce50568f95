"""A mail server that takes mails, hangs, or is down."""

import contextlib
import socket
import threading

TAKE, HANG, REFUSE = "take", "hang", "refuse"


class MailServer:
    """Speaks as much SMTP as the server needs, and keeps nothing."""

    def __init__(self, world):
        self.port = world.port()
        self.mode = TAKE
        self.taken = 0
        self.hung = set()
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode):
        """Changes the mode for new connections. Those that hang are cut off when it no longer hangs."""
        self.mode = mode
        while mode != HANG and self.hung:
            self.hung.pop().close()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            if self.mode == HANG:
                self.hung.add(connection)
            elif self.mode == REFUSE:
                connection.close()
            else:
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            connection.sendall(b"220 mail.example.com\r\n")
            while self.mode == TAKE and (line := lines.readline()):
                if line.upper().startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")
                    while lines.readline() not in (b".\r\n", b""):
                        pass
                    self.taken += 1
                connection.sendall(b"250 ok\r\n")
