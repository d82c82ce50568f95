"""What rate limits must keep while Redis is away, however it is away (RL-9)."""

import time

from lib import ask, documents, quotas

# How long a limited call may take: the server waits 50 ms for Redis, and has work of its own.
MAX_MS = 75


def run(world, servers, begin, end, name, seconds=0.0):
    """Draws from quotas before, during and after an outage of Redis, and compares reads with those before it."""
    report, user = world.report, documents.User(servers[0])
    count = world.size(3, 6)
    other, spent, half, fresh = (quotas.Quotas(servers, user.session, count) for _ in range(4))
    spent.draw(documents.LIMIT, servers=[0])
    half.draw(2)
    with ask.Askers([ask.Asker(servers[0], user.session)]) as before:
        other.draw(documents.LIMIT + 2)
        time.sleep(1)
    begin()
    already = len(spent.seconds)
    with ask.Askers([ask.Asker(servers[0], user.session)]) as during:
        for drawn in (spent, half, fresh):
            drawn.draw(documents.LIMIT + 2)
        if seconds:
            time.sleep(seconds)
            for drawn in (spent, half, fresh):
                drawn.draw(2)
    calls = spent.seconds[already:] + fresh.seconds
    end()
    # A server doesn't call Redis for a while after it didn't respond.
    time.sleep(2.5)
    for drawn in (spent, half, fresh):
        drawn.draw(4)
    spent.check(report, "RL-9", f"{name}, spent before")
    half.check(report, "RL-9", f"{name}, half spent before")
    fresh.check(report, "RL-9", f"{name}, drawn meanwhile")
    report.check(not during.failed(), "RL-9", f"{name}: {len(during.results())} reads, {during.failed()} errors")
    figure = f"{name}: p99 of reads {before.p99():.1f} ms before, {during.p99():.1f} ms meanwhile"
    report.check(world.is_in_time(during.p99() <= before.p99() + 5), "RL-9", figure)
    p99 = ask.p99(calls)
    figure = f"{name}: p99 of {len(calls)} limited calls meanwhile {p99:.0f} ms"
    report.check(world.is_in_time(p99 <= MAX_MS), "RL-9", figure)


def control(world, servers, begin, end, name):
    """Servers that can't keep the limit in such an outage: more than N + 2 calls must pass."""
    user = documents.User(servers[0])

    def check(report):
        drawn = quotas.Quotas(servers, user.session, 2)
        begin()
        drawn.draw(documents.LIMIT + 2)
        end()
        drawn.check(report, "RL-9", name)

    world.report.control(name, check, sees="calls")
