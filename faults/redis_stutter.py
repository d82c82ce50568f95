"""Redis stutters: it is frozen for 70 ms in every 110 ms, while three servers count their limits in it.

RL-9: of ten calls that an address may make in an hour, at most N + 2 pass at the three servers together, whichever of
them were counted in Redis, and whichever in a server while Redis didn't answer.
Control: two servers that each have a Redis of their own; more than N + 2 must pass.
"""

import threading
import time

from lib import outage, postgres, program, redis

FROZEN, RUNNING = 0.07, 0.04


class Stutter:
    """Freezes a Redis over and over."""

    def __init__(self, store):
        self.store = store
        self.ends = None
        self.thread = None

    def begin(self):
        """Begins to stutter."""
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def end(self):
        """Lets Redis run normally."""
        self.ends.set()
        self.thread.join()

    def _run(self):
        while not self.ends.is_set():
            self.store.freeze()
            time.sleep(FROZEN)
            self.store.thaw()
            time.sleep(RUNNING)


def main(world):
    """One stutter, and the control."""
    store, cluster = redis.Redis(world), postgres.Postgres(world)
    stutter = Stutter(store)
    servers = world.servers(3, cluster.create(), store, redis__instances=3)
    for _ in range(world.size(1, 10)):
        outage.run(world, servers, stutter.begin, stutter.end, "stuttering", world.size(0, 20))
    database = cluster.create()
    apart = [world.server(database, redis.Redis(world), redis__instances=3) for _ in range(2)]
    outage.control(world, apart, stutter.begin, stutter.end, "a Redis for each")


if __name__ == "__main__":
    program.run(main)
