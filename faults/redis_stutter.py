"""Redis stutters: it is frozen for 70 ms in every 110 ms, while three servers count in it.

RL-9: of ten calls that an address may make in an hour, at most N + 2 pass at the three servers together, whichever of them
were counted in Redis, and whichever in a server while Redis was away.
Control: three servers that each believe to be the only one (`redis.instances = 1`); more than N + 2 must pass.
"""

import threading
import time

from lib import budgets, documents, postgres, program, redis


class Stutter:
    """While it is entered, Redis is frozen for 70 ms in every 110 ms."""

    def __init__(self, store):
        self.store = store
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self._stutter, daemon=True)

    def _stutter(self):
        while not self.ends.is_set():
            self.store.freeze()
            time.sleep(0.07)
            self.store.thaw()
            time.sleep(0.04)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def draw(world, servers, count):
    """Draws far more calls than there are, through the stutter."""
    user = documents.User(servers[0])
    drawn = budgets.Budgets(servers, user.session, count)
    return user, drawn


def main(world):
    """The setting as it should be, then the wrong one."""
    store, cluster = redis.Redis(world), postgres.Postgres(world)
    for instances in (3, 1):
        servers = [world.server(cluster.create(), store, redis__instances=instances) for _ in range(3)]
