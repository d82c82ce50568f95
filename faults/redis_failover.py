"""Redis fails over while three servers count their limits in it: with the Redis of Debian 12, and Valkey of Debian 13.

RL-9: of ten calls that an address may make in an hour, at most N + 2 pass at the three servers together, before, during and
after, and reads have no error. First the primary becomes a replica, and the servers' connections to it stay open, so that each
call is answered with READONLY; new connections lead to the promoted one. Then the primary dies: Sentinels promote the
replica, HAProxy leads to it, and the old primary comes back. Either way the servers count in the new one after 10 s.
Control: two servers that each believe to be the only one (`redis.instances = 1`) while all is read-only; more than N + 2
must pass.
"""

import functools
import pathlib
import re
import time
import urllib.request

from lib import documents, outage, postgres, primary_proxy, program, proxy, quotas, redis

OF_DEBIAN_13 = pathlib.Path(__file__).parents[1] / "target/debian13/bin"
PROGRAMS = {"Redis": pathlib.Path("/usr/bin/redis-server"), "Valkey": OF_DEBIAN_13 / "valkey-server"}
# Where Debian 13 can't be reached there is no Valkey.
KINDS = {kind: path for kind, path in PROGRAMS.items() if path.exists()}
# A server keeps a connection that answers with errors only for five seconds.
SETTLE = 10


def fallbacks(servers):
    """How many calls servers have decided without Redis."""
    total = 0
    for server in servers:
        with urllib.request.urlopen("http://{}:{}/metrics".format(*server.metrics), timeout=5) as answer:
            total += int(re.search(rb"^accountd_limiter_fallbacks_total (\d+)", answer.read(), re.MULTILINE)[1])
    return total


def check_is_used(world, servers, name):
    """Reports whether calls are decided by Redis again."""
    time.sleep(SETTLE)
    before = fallbacks(servers)
    drawn = quotas.Quotas(servers, documents.User(servers[0]).session, 3)
    drawn.draw(documents.LIMIT)
    after = fallbacks(servers)
    passed = [drawn.passed[ip] for ip in drawn.ips]
    figure = f"{name}, later: {after - before} calls decided without it; {min(passed)} to {max(passed)} of {documents.LIMIT} pass"
    is_exact = set(passed) == {documents.LIMIT}
    world.report.check(world.is_in_time(after == before) and (is_exact or after > before), "RL-9", figure)


def swap(link, old, new):
    """Makes the replica the primary, and the primary its replica. Connections stay as they are."""
    new.promote()
    old.run("REPLICAOF", "127.0.0.1", str(new.port))
    link.target = ("127.0.0.1", new.port)


def demoted(world, database, kind):
    """The servers talk to one that became a replica."""
    first, second = (redis.Redis(world, program=KINDS[kind]) for _ in range(2))
    second.follow(first)
    link = proxy.Proxy(world, first.port)
    servers = world.servers(3, database, redis__instances=3, redis__url=f"redis://127.0.0.1:{link.port}")
    begin = functools.partial(swap, link, first, second)
    outage.run(world, servers, begin, lambda: None, f"{kind}, demoted", world.size(0, 60))
    is_refused = b"errorstat_READONLY" in first.run("INFO", "errorstats")
    world.report.check(is_refused, "RL-9", f"{kind}: the old primary has answered with READONLY")
    check_is_used(world, servers, f"{kind}, demoted")


def dead(world, database, kind):
    """The primary dies, and Sentinels promote its replica."""
    program_of_kind = KINDS[kind]
    first, second = (redis.Redis(world, program=program_of_kind) for _ in range(2))
    second.follow(first)
    sentinels = redis.Sentinels(world, first, program_of_kind)
    front = primary_proxy.PrimaryProxy(world, [first, second])
    servers = world.servers(3, database, redis__instances=3, redis__url=front.url)

    def end():
        sentinels.wait_for_primary(second)
        front.wait()
        first.start()

    outage.run(world, servers, first.kill, end, f"{kind} with Sentinel, killed", world.size(0, 60))
    check_is_used(world, servers, f"{kind} with Sentinel, killed")


def main(world):
    """Both failovers of both kinds, and the control."""
    cluster = postgres.Postgres(world)
    for kind in PROGRAMS.keys() - KINDS.keys():
        world.report.note(f"{kind} is missing: run .ci/debian13")
    kinds = list(KINDS)
    for kind in world.size(kinds[:1], kinds):
        demoted(world, cluster.create(), kind)
    for kind in world.size(kinds[-1:], kinds):
        dead(world, cluster.create(), kind)
    first, second = redis.Redis(world), redis.Redis(world)
    second.follow(first)
    link = proxy.Proxy(world, first.port)
    alone = world.servers(2, cluster.create(), redis__instances=1, redis__url=f"redis://127.0.0.1:{link.port}")
    begin = functools.partial(first.run, "REPLICAOF", "127.0.0.1", str(second.port))
    outage.control(world, alone, begin, lambda: None, "redis.instances = 1")


if __name__ == "__main__":
    program.run(main)
