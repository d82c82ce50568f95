"""A TCP proxy on loopback, whose link can be cut, frozen, held back in one direction, or slowed to a byte a second."""

import contextlib
import socket
import threading
import time

PASS, FREEZE, HOLD, DRIP, REFUSE = "pass", "freeze", "hold", "drip", "refuse"


class Proxy:
    """Forwards connections to a port of this machine, as its mode says."""

    def __init__(self, world, target):
        self.target = ("127.0.0.1", target)
        self.port = world.port()
        self.mode = PASS
        self.connects = []
        self.sockets = set()
        self.listener = None
        self._listen()
        world.ends.callback(self.set, REFUSE)

    def set(self, mode):
        """Changes the mode. `refuse` ends all connections and takes no new ones, `hold` holds back what clients send."""
        if mode == REFUSE != self.mode:
            self.mode = mode
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            for one in list(self.sockets):
                self._end(one)
        elif self.mode == REFUSE != mode:
            self.mode = mode
            self._listen()
        self.mode = mode

    def _listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self.connects.append(time.monotonic())
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        self.sockets.add(near)
        while self.mode in (FREEZE, HOLD):
            time.sleep(0.02)
        try:
            far = socket.create_connection(self.target, 5)
        except OSError:
            self._end(near)
            return
        far.settimeout(None)
        self.sockets.add(far)
        for one, other, stops in ((near, far, (FREEZE, HOLD)), (far, near, (FREEZE,))):
            threading.Thread(target=self._forward, args=(one, other, stops), daemon=True).start()

    def _forward(self, source, sink, stops):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                while data:
                    while self.mode in stops:
                        time.sleep(0.02)
                    step = 1 if self.mode == DRIP else len(data)
                    sink.sendall(data[:step])
                    data = data[step:]
                    if self.mode == DRIP:
                        time.sleep(1)
        self._end(source)
        self._end(sink)

    def _end(self, one):
        self.sockets.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
