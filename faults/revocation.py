"""Sessions end while calls with their JWTs run, on three servers with PostgreSQL and Redis; Redis is stopped halfway.

SJ-4: after the answer to a revocation no call with a JWT of the session is accepted, on the same server and on the
others. A revocation is the end of the session, the end of all sessions, a new password set by another session, and the
user's blocking.
SJ-5: a change that runs while its session is revoked isn't committed after the revocation.
Control: for SJ-4 a session that is not ended; for SJ-5 a row of the log, put behind a revocation by hand.
"""

import functools
import random
import threading
import time

from lib import client, documents, postgres, program, redis

THREADS = 4
BECOME_USER = """mutation($email: String!, $password: String!) {
  accountUpdateEmail(email: $email, password: $password) { _id }
}"""
UPDATE_PASSWORD = """mutation($old: String!) {
  accountUpdatePassword(oldPassword: $old, password: "another horse battery") { _id }
}"""
# Documents that end a session, and what a call is answered with afterwards.
ENDS = (
    ('mutation { accountDeleteSession(sessionId: "current") { status } }', "user_jwt_invalid 401"),
    ("mutation { accountDeleteSessions { status } }", "user_jwt_invalid 401"),
    ("mutation { accountUpdateStatus { _id } }", "user_blocked 403"),
)
# A new password costs four hashes; each so many-th revocation is one.
PASSWORD_EACH = 8


def end_by_password(server, ip, number, secret):
    """Has another session of the user set a new password."""
    email = f"user{number}@example.com"
    documents.ask(server.client(session=secret, ip=ip), BECOME_USER, {"email": email, "password": documents.PASSWORD})
    variables = {"email": email, "password": documents.PASSWORD}
    other = documents.ask(server.client(ip=ip), documents.SIGN_IN, variables)["secret"]
    connection = server.client(session=other, ip=ip)
    return functools.partial(documents.ask, connection, UPDATE_PASSWORD, {"old": documents.PASSWORD})


def revoke(servers, number, ends=True):
    """Ends a session, and calls each server with its JWT at once. Returns how many calls were accepted."""
    server = servers[number % 3]
    ip = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    secret = documents.ask(server.client(ip=ip), documents.SIGN_IN_ANONYMOUSLY)["secret"]
    connection = server.client(session=secret, ip=ip)
    refused_with, end = "user_jwt_invalid 401", bool  # which does nothing
    if ends and number % PASSWORD_EACH == 0:
        end = end_by_password(server, ip, number, secret)
    elif ends:
        document, refused_with = ENDS[number // 3 % len(ENDS)]
        end = functools.partial(documents.ask, connection, document)
    jwt = documents.ask(connection, documents.CREATE_JWT)["jwt"]
    witnesses = [other.client(jwt=jwt) for other in servers]
    for witness in witnesses:
        # Whatever a server may remember of the session, it does now.
        documents.ask(witness, documents.GET)
    end()
    answers = [witness.graphql(documents.GET) for witness in witnesses]
    if others := {f"{answer.error} {answer.code}" for answer in answers if answer.error} - {refused_with}:
        raise RuntimeError(f"refused with {others}")
    return sum(not answer.error for answer in answers)


def interleave(servers, number):
    """Changes a name and ends the session at once, at two servers. Returns the user, and whether the change succeeded."""
    ip = f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    opened = documents.ask(servers[0].client(ip=ip), documents.SIGN_IN_ANONYMOUSLY)
    change, end = (server.client(session=opened["secret"], ip=ip) for server in random.sample(servers, 2))
    for connection in (change, end):
        documents.ask(connection, documents.GET)
    # One of the two is sent a little later, so that they meet at every step.
    first, second = random.sample(
        [(change, documents.UPDATE_NAME, {"name": "late"}), (end, documents.DELETE_SESSION, {"id": "current"})], 2
    )
    first[0].send_graphql(*first[1:])
    time.sleep(random.uniform(0, 0.006))
    second[0].send_graphql(*second[1:])
    if ended := end.receive().error:
        raise RuntimeError(f"{ended} for the end of a session")
    changed = change.receive()
    if changed.error and changed.code != 401:
        raise RuntimeError(f"{changed.error} for a change")
    return opened["userId"], not changed.error


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
    is_whole = not failures and len(results) == count
    report.check(not accepted and is_whole, "SJ-4", figure.rstrip(), is_final=accepted > 0)


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
        is_final=True,
    )


def main(world):
    """Revocations with Redis up and down, interleavings, and the controls."""
    store, database = redis.Redis(world), postgres.Postgres(world).create()
    servers = world.servers(3, database, store, redis__instances=3)
    count = world.size(24, 5_000)
    check_revocations(world.report, servers, count, "Redis up")
    meetings = world.size(60, 10_000)
    results = in_parallel(meetings, lambda number: interleave(servers, number))
    failures = [result for result in results if not isinstance(result, tuple)]
    accepted = sum(result[1] for result in results if isinstance(result, tuple))
    figure = f"{len(failures)} of {len(results)} interleavings failed {failures[:1] or ''}".rstrip()
    world.report.check(not failures and len(results) == meetings, "SJ-5", figure)
    # Both must happen, or nothing was interleaved.
    world.report.check(
        0 < accepted < len(results), "SJ-5", f"{accepted} changes came first, {len(results) - accepted} revocations"
    )
    check_interleavings(world.report, database, len(results), accepted)
    store.stop()
    check_revocations(world.report, servers, count, "Redis down")
    world.report.control(
        "nobody ends the sessions",
        lambda report: check_revocations(report, servers, 4, "not ended", ends=False),
        sees="12 of 12 calls accepted",
    )
    user = next(result[0] for result in results if isinstance(result, tuple) and result[1])
    database.rows(f"UPDATE security_logs SET number = 1000 WHERE user_id = '{user}' AND event = 'user.update.name'")
    world.report.control(
        "a change behind the revocation",
        lambda report: check_interleavings(report, database, 1, 1),
        sees="1 committed after",
    )


if __name__ == "__main__":
    program.run(main)
