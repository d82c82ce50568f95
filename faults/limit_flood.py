"""Floods of limited calls: with new keys while Redis is frozen, and calls that are refused.

RL-10: with 10^6 new keys memory grows by at most 64 MiB, and a key that was used up before stays so. Most of these
calls are refused: without Redis a server charges quotas at most 100,000 times, and each call charges two.
RL-14: a refused call costs at most 1 ms of the processor, no password hash and no write to the database; at 2,000
refused calls/s accountGet's p99 stays within twice its idle p99.
Figures of time and memory are checked in the long form only, which needs a release build and an idle machine.
Control: the same check of calls that aren't refused, which do write and hash.
"""

import multiprocessing
import re
import time

from lib import ask, client, database, documents, program, quotas, redis

FIELDS, BATCH = 20, 10
GUESS = 'accountCreateEmailPasswordSession(email: "ada@example.com", password: "wrong guess") { _id }'
REFUSED_EACH = 10
FLOODING = 16
REFUSED = "429 general_rate_limit_exceeded"


def new_keys(number):
    """A batch of documents with new users; each has its own quota."""
    fields = (
        '{"query":"mutation { '
        + " ".join(
            f'f{field}: accountUpdateVerification(userId: \\"u{number}x{document}x{field}\\", secret: \\"0\\") {{ _id }}'
            for field in range(FIELDS)
        )
        + ' }"}'
        for document in range(BATCH)
    )
    return ("[" + ",".join(fields) + "]").encode()


def flood_keys(world, wanted, seconds):
    """Uses so many new keys while Redis is frozen."""
    store = redis.Redis(world)
    server = world.server(database.Sqlite(world.path("sqlite")), store)
    drawn = quotas.Quotas([server], documents.User(server).session, 3)
    drawn.draw(documents.LIMIT + 1)
    store.freeze()
    drawn.draw(1)
    connection, number, charged, refused = server.client(), 0, 0, 0
    before, begun = server.memory(), time.monotonic()
    while charged + refused < wanted and time.monotonic() - begun < seconds:
        connection.headers["X-Forwarded-For"] = f"100.{64 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
        answer = connection.request("POST", "/v1/graphql", new_keys(number), 60)
        number += 1
        charged += answer.body.count(b"user_invalid_token")
        refused += answer.body.count(b"general_rate_limit_exceeded")
    took, growth = time.monotonic() - begun, server.memory() - before
    drawn.draw(2)
    store.thaw()
    figure = (
        f"{charged + refused:,} new keys in {took:.0f} s, Redis frozen, {charged:,} granted and {refused:,} refused: "
        f"memory grows by {growth:.0f} MiB"
    )
    is_whole = charged + refused >= wanted
    world.report.check(is_whole and charged and world.is_in_time(growth <= 64), "RL-10", figure)
    drawn.check(world.report, "RL-10", "keys that were used up before", most=documents.LIMIT)
    server.kill()


def hashes(server):
    """How many passwords were hashed."""
    connection = client.Client(server.metrics)
    return int(re.search(rb"accountd_password_hashes_total (\d+)", connection.request("GET", "/metrics").body)[1])


def logs(store):
    """What shows a write: the sizes and times of the write-ahead logs, where each row goes first.

    The databases themselves are written by checkpoints, which copy rows of earlier calls.
    """
    return {
        file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in store.file.parent.glob("accountd*.db-wal")
    }


def cost(report, world, server, store, ip, count):
    """What a call of this address costs. Returns how many were refused."""
    connection = server.client(ip=ip)
    connection.graphql(f"mutation {{ {GUESS} }}")
    logs_before, hashes_before, cpu_before = logs(store), hashes(server), server.cpu()
    refused = sum(documents.is_limited(connection.graphql(f"mutation {{ {GUESS} }}")) for _ in range(count))
    cpu = (server.cpu() - cpu_before) / count * 1000
    written = [name for name, state in logs(store).items() if logs_before.get(name) != state]
    hashed = hashes(server) - hashes_before
    figure = (
        f"{count} calls, {refused} refused: {cpu:.2f} ms of CPU each, {hashed} hashes, written: {written or 'nothing'}"
    )
    report.check(not hashed and not written and world.is_in_time(cpu <= 1), "RL-14", figure)
    return refused


def flood_refused(server, seconds, pipe):
    """Floods with calls that are refused, ten to a document. Sends how many a second, and how they ended."""
    many = "mutation { " + " ".join(f"f{field}: {GUESS}" for field in range(REFUSED_EACH)) + " }"
    flooding = []
    for number in range(FLOODING):
        asker = ask.Asker(server, None, many, pause=0.055)
        asker.connection.headers["X-Forwarded-For"] = f"192.0.2.{number + 100}"
        flooding.append(asker)
    with ask.Askers(flooding) as flood:
        time.sleep(seconds)
        asked = len(flood.results())
    pipe.send((asked * REFUSED_EACH / seconds, flood.outcomes()))


def refused_flood(world, server, seconds):
    """Two thousand refused calls a second, and what others notice."""
    session = documents.User(server).session
    with ask.Askers([ask.Asker(server, session)]) as idle:
        time.sleep(seconds)
    # In a process of its own, or its threads would hold up the reader's.
    here, there = multiprocessing.Pipe()
    flooding = multiprocessing.get_context("fork").Process(target=flood_refused, args=(server, seconds, there))
    flooding.start()
    there.close()
    with ask.Askers([ask.Asker(server, session)]) as readers:
        rate, outcomes = here.recv()
    flooding.join()
    figure = f"{rate:.0f} refused calls/s: accountGet's p99 {idle.p99():.1f} ms idle, {readers.p99():.1f} ms meanwhile"
    is_quick = rate >= 2_000 and readers.p99() <= 2 * idle.p99()
    world.report.check(world.is_in_time(is_quick) and not readers.failed(), "RL-14", figure)
    world.report.check(outcomes.keys() == {REFUSED}, "RL-14", f"they end so: {outcomes}")


def main(world):
    """New keys, the cost of a refusal, and many refusals."""
    flood_keys(world, *world.size((400, 4), (1_000_000, 900)))
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store)
    spent = server.client(ip="192.0.2.1")
    for _ in range(documents.LIMIT):
        spent.graphql(f"mutation {{ {GUESS} }}")
    count = world.size(50, 1_000)
    refused = cost(world.report, world, server, store, "192.0.2.1", count)
    world.report.check(refused == count, "RL-14", f"{refused} of {count} calls were refused")
    world.report.control(
        "calls that pass", lambda report: cost(report, world, server, store, "192.0.2.2", 5), sees="5 hashes"
    )
    for number in range(FLOODING):
        connection = server.client(ip=f"192.0.2.{number + 100}")
        while not documents.is_limited(connection.graphql(f"mutation {{ {GUESS} }}")):
            pass
    refused_flood(world, server, world.size(1, 30))


if __name__ == "__main__":
    program.run(main)
