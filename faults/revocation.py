"""Sessions end while calls with their JWTs run, on three servers with PostgreSQL and Redis; Redis is stopped halfway.

SJ-4: after the answer to a revocation no call with a JWT of the session is accepted, on the same server and on the
others.
SJ-5: a change that runs while its session is revoked isn't committed after the revocation.
Control: for SJ-4 a session that nobody ends; for SJ-5 a row of the log, put behind a revocation by hand.
"""

import random
import threading
import time

from lib import client, documents, postgres, program, redis

THREADS = 4


def revoke(servers, number, ends=True):
    """Ends a session, and asks with its JWT at once, at each server. Returns how many calls were accepted."""
    server = servers[number % 3]
    ip = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    opened = server.client(ip=ip).graphql(documents.SIGN_IN_ANONYMOUSLY).data
    connection = server.client(session=opened["secret"], ip=ip)
    jwt = connection.graphql(documents.CREATE_JWT).data["jwt"]
    witnesses = [other.client(jwt=jwt) for other in servers]
    for witness in witnesses:
        # Whatever a server may remember of the session, it does now.
        if witness.graphql(documents.GET).error:
            raise RuntimeError("a fresh JWT is refused")
    if ends:
        document, variables = random.choice(
            [(documents.DELETE_SESSION, {"id": "current"}), ("mutation { accountDeleteSessions { status } }", {})]
        )
        if error := connection.graphql(document, variables).error:
            raise RuntimeError(error)
    return sum(not witness.graphql(documents.GET).error for witness in witnesses)


def interleave(servers, number):
    """Changes a name and ends the session at once, at two servers. Returns the user, and whether the change succeeded."""
    ip = f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    opened = servers[0].client(ip=ip).graphql(documents.SIGN_IN_ANONYMOUSLY).data
    change, end = (server.client(session=opened["secret"], ip=ip) for server in random.sample(servers, 2))
    for connection in (change, end):
        connection.graphql(documents.GET)
    # One of the two is sent a little later, so that they meet at every step.
    first, second = random.sample(
        [(change, documents.UPDATE_NAME, {"name": "late"}), (end, documents.DELETE_SESSION, {"id": "current"})], 2
    )
    first[0].send_graphql(*first[1:])
    time.sleep(random.uniform(0, 0.006))
    second[0].send_graphql(*second[1:])
    end.receive()
    return opened["userId"], not change.receive().error


def in_parallel(count, work):
    """The results of `work(number)` for many numbers, some at a time."""
    results, lock, numbers = [], threading.Lock(), iter(range(count))

    def run():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                result = work(number)
            except (client.Lost, RuntimeError, TypeError) as failure:
                result = failure
            with lock:
                results.append(result)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def check_revocations(report, servers, count, name, **options):
    """Reports how many calls were accepted after the end of their session."""
    begun = time.monotonic()
    results = in_parallel(count, lambda number: revoke(servers, number + int(begun * 1000) % 60_000_000, **options))
    failures = [result for result in results if not isinstance(result, int)]
    accepted = sum(result for result in results if isinstance(result, int))
    figure = (
        f"{name}: {count:,} sessions ended, {accepted} of {3 * count:,} calls accepted afterwards, "
        f"{len(failures)} failed {failures[:1] or ''}"
    )
    report.check(not accepted and not failures, "SJ-4", figure.rstrip())


def late_changes(database):
    """How many changes follow the end of their session in the log of their user."""
    query = """
    SELECT count(*) FROM security_logs late JOIN security_logs ended
    ON ended.user_id = late.user_id AND ended.event LIKE 'session%delete%' AND ended.number < late.number
    WHERE late.event = 'user.update.name'
    """
    return int(database.rows(query)[0][0])


def check_interleavings(report, database, count, accepted):
    """Reports how many changes were committed after the end of their session."""
    late = late_changes(database)
    report.check(
        late == 0,
        "SJ-5",
        f"{count:,} interleavings, {accepted:,} changes accepted, {late} committed after the revocation",
    )


def main(world):
    """Revocations with Redis up and down, interleavings, and the controls."""
    store, database = redis.Redis(world), postgres.Postgres(world).create()
    servers = world.servers(3, database, store, redis__instances=3)
    count = world.size(24, 5_000)
    check_revocations(world.report, servers, count, "Redis up")
    results = in_parallel(world.size(60, 10_000), lambda number: interleave(servers, number))
    failures = [result for result in results if not isinstance(result, tuple)]
    accepted = sum(result[1] for result in results if isinstance(result, tuple))
    world.report.check(
        not failures, "SJ-5", f"{len(failures)} of {len(results)} interleavings failed {failures[:1] or ''}".rstrip()
    )
    # Both must happen, or nothing was interleaved.
    world.report.check(
        0 < accepted < len(results), "SJ-5", f"{accepted} changes came first, {len(results) - accepted} revocations"
    )
    check_interleavings(world.report, database, len(results), accepted)
    store.stop()
    check_revocations(world.report, servers, count, "Redis down")
    world.report.control(
        "nobody ends the sessions", lambda report: check_revocations(report, servers, 4, "not ended", ends=False)
    )
    user = next(result[0] for result in results if isinstance(result, tuple) and result[1])
    database.rows(f"UPDATE security_logs SET number = 1000 WHERE user_id = '{user}' AND event = 'user.update.name'")
    world.report.control("a change behind the revocation", lambda report: check_interleavings(report, database, 1, 1))


if __name__ == "__main__":
    program.run(main)
