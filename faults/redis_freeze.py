"""Redis is frozen by SIGSTOP: its sockets stay open, and nothing answers. Three servers count their limits in it.

RL-9: of ten calls that an address may make in an hour, at most N + 2 pass at the three servers together, before,
during and after the freeze; a limited call waits for Redis for at most 50 ms; reads have no error.
Control: two servers that each believe to be the only one (`redis.instances = 1`); more than N + 2 must pass.
"""

from lib import outage, postgres, program, redis


def main(world):
    """One freeze, and the control."""
    store, cluster = redis.Redis(world), postgres.Postgres(world)
    servers = world.servers(3, cluster.create(), store, redis__instances=3)
    outage.run(world, servers, store.freeze, store.thaw, "frozen", world.size(0, 300))
    alone = world.servers(2, cluster.create(), store, redis__instances=1)
    outage.control(world, alone, store.freeze, store.thaw, "redis.instances = 1")


if __name__ == "__main__":
    program.run(main)
