"""One of three servers is cut off from Redis: its packets go nowhere, while the others keep counting.

MI-5: a session that is revoked elsewhere ends at the server that is cut off within 1 s; its limits count locally, so
that at most its share of N passes there, in addition to the N that the others count in Redis; after the link is back
there is no wrong answer. RL-9, in the long form: all three are cut off for five minutes, each by a link of its own; at
most N + 2 calls pass.
Control: the same check of a session that was not revoked; it must report that the session is accepted.
"""

import functools
import math
import time

from lib import documents, outage, postgres, program, proxy, quotas, redis


# The others go on counting in Redis up to the limit, and can't know of the share of the one that is cut off.
MAX_PASSED = documents.LIMIT + math.ceil(documents.LIMIT / 3)


def revoke(servers, cut, is_revoked=True):
    """Ends a session at each other server, then calls the one that is cut off. Returns seconds until it was refused."""
    slowest = 0.0
    for server in servers:
        user = documents.User(server)
        witness = cut.client(session=user.session)
        if witness.graphql(documents.GET).error:
            return float("inf")
        if is_revoked:
            server.client(session=user.session).graphql(documents.DELETE_SESSION, {"id": "current"})
        begun = time.monotonic()
        while witness.graphql(documents.GET).code != 401:
            if time.monotonic() - begun > 2:
                return float("inf")
            time.sleep(0.02)
        slowest = max(slowest, time.monotonic() - begun)
    return slowest


def check_revocation(report, servers, cut, when, **options):
    """Reports how soon a revocation takes effect at the server that is cut off."""
    took = revoke(servers, cut, **options)
    report.check(took <= 1, "MI-5", f"{when}: a revoked session is refused after {took:.3f} s")


def cut_off_all(world, database, store, seconds):
    """Every server is cut off."""
    links = [proxy.Proxy(world, store.port) for _ in range(3)]
    urls = [f"redis://127.0.0.1:{link.port}" for link in links]
    servers = [world.server(database, store, redis__instances=3, redis__url=url) for url in urls]

    def set_mode(mode):
        for link in links:
            link.set(mode)

    begin, end = functools.partial(set_mode, proxy.FREEZE), functools.partial(set_mode, proxy.PASS)
    outage.run(world, servers, begin, end, "all cut off", seconds)


def main(world):
    """One cut, frozen and then refused; then all at once."""
    store, cluster = redis.Redis(world), postgres.Postgres(world)
    link = proxy.Proxy(world, store.port)
    database = cluster.create()
    cut = world.server(database, store, redis__instances=3, redis__url=f"redis://127.0.0.1:{link.port}")
    servers = world.servers(2, database, store, redis__instances=3)
    user = documents.User(servers[0])
    for mode in (proxy.FREEZE, proxy.REFUSE):
        drawn = quotas.Quotas([cut, *servers], user.session, 5)
        drawn.draw(1)
        link.set(mode)
        begun = time.monotonic()
        drawn.draw(documents.LIMIT)
        check_revocation(world.report, servers, cut, f"link {mode}")
        if world.is_long:
            time.sleep(max(0, begun + 60 - time.monotonic()))
            check_revocation(world.report, servers, cut, f"link {mode} for a minute")
        link.set(proxy.PASS)
        time.sleep(2)
        drawn.draw(3)
        check_revocation(world.report, servers, cut, "link back")
        drawn.check(world.report, "MI-5", f"link {mode}, before, meanwhile and after", most=MAX_PASSED)
    world.report.control(
        "a session that nobody revokes",
        lambda report: check_revocation(report, servers, cut, "not revoked", is_revoked=False),
        sees="refused after inf",
    )
    if world.is_long:
        cut_off_all(world, database, store, 300)


if __name__ == "__main__":
    program.run(main)
