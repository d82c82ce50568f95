"""Many callers present one secret at once, or sign in as one user at once, on three servers with PostgreSQL and Redis.

MI-1: of many callers with one recovery secret, exactly one sets its password (OT-1); of many with one code or one
magic link, exactly one signs in, and a verification link is redeemed once (OT-2); ten of a user's sessions are left
(SJ-10).
Control: two secrets in one race, of which two callers must succeed; a project that allows twenty sessions.
"""

import collections

from lib import client, documents, mail, postgres, program, redis

PROJECTS = """
[[projects]]
id = "default"
platforms = ["app.example.com"]
[[projects]]
id = "many"
session.per_user = 20
"""
EMAIL = "ada@example.com"
CREATE_LINK = """mutation($email: String!) {
  accountCreateMagicURLToken(userId: "unique()", email: $email, url: "https://app.example.com/") { userId }
}"""
REDEEM_LINK = """mutation($id: String!, $secret: String!) {
  accountUpdateMagicURLSession(userId: $id, secret: $secret) { _id }
}"""
CREATE_VERIFICATION = 'mutation { accountCreateVerification(url: "https://app.example.com/") { userId } }'
REDEEM_VERIFICATION = """mutation($id: String!, $secret: String!) {
  accountUpdateVerification(userId: $id, secret: $secret) { _id }
}"""
LIST_SESSIONS = "{ accountListSessions { total } }"


def race(servers, document, calls):
    """Sends all calls before it reads any answer. Returns the calls that succeeded, and how the others ended."""
    connections = [servers[number % len(servers)].client(timeout=120) for number in range(len(calls))]
    for connection, variables in zip(connections, calls):
        connection.send_graphql(document, variables)
    winners, errors = [], collections.Counter()
    for connection, variables in zip(connections, calls):
        try:
            answer = connection.receive()
        except client.Lost as lost:
            errors[lost.kind] += 1
            continue
        if answer.error:
            errors[answer.error] += 1
        else:
            winners.append(variables)
        connection.close()
    return winners, dict(errors)


def check_winner(report, promise, winners, errors, calls):
    """One call succeeded, and the others failed because the secret is no longer valid, or have to retry."""
    # If too few came so far, there was no race.
    beaten = errors.get("user_invalid_token", 0)
    others = errors.keys() - {"user_invalid_token", "general_server_busy"}
    report.check(
        len(winners) == 1 and beaten >= max(1, calls // 10) and not others,
        promise,
        f"of {calls} calls at once {len(winners)} succeed, the others: {errors}",
        is_final=len(winners) > 1,
    )


def signs_in(server, address, password):
    """The secret of a new session."""
    answer = server.client().graphql(documents.SIGN_IN, {"email": address, "password": password})
    return "" if answer.error else answer.data["secret"]


def recover(report, servers, mails, count, secrets=1):
    """OT-1: many set another password each, with one secret. Returns the password of the one that won."""
    found = []
    for number in range(secrets):
        servers[0].client().graphql(mail.CREATE_RECOVERY, {"email": EMAIL if number == 0 else f"other{number}@example.com"})
        user, secret = mails.find(mail.LINK)
        found.append({"id": user, "secret": secret})
    calls = [{**found[number % secrets], "password": f"password number {number}"} for number in range(count)]
    winners, errors = race(servers, mail.UPDATE_RECOVERY, calls)
    check_winner(report, "MI-1 (OT-1)", winners, errors, count)
    password = winners[0]["password"] if winners else ""
    is_set = signs_in(servers[-1], EMAIL, password)
    report.check(is_set, "MI-1 (OT-1)", f"the winner's password {'signs in' if is_set else 'is refused'}")
    return password


def redeem(report, servers, mails, count, number):
    """OT-2: many use one code, one magic link, and one link of a verification mail."""
    user = servers[1].client().graphql(mail.CREATE_CODE, {"email": EMAIL}).data["userId"]
    (code,) = mails.find(mail.CODE)
    winners, errors = race(servers, mail.REDEEM_CODE, [{"id": user, "secret": code}] * count)
    check_winner(report, "MI-1 (OT-2), code", winners, errors, count)
    servers[2].client().graphql(CREATE_LINK, {"email": EMAIL})
    user, secret = mails.find(mail.LINK)
    winners, errors = race(servers, REDEEM_LINK, [{"id": user, "secret": secret}] * count)
    check_winner(report, "MI-1 (OT-2), magic link", winners, errors, count)
    address = f"new{number}@example.com"
    sign_up = {"id": "unique()", "email": address, "password": documents.PASSWORD}
    servers[0].client().graphql(documents.SIGN_UP, sign_up)
    servers[0].client(session=signs_in(servers[0], address, documents.PASSWORD)).graphql(CREATE_VERIFICATION)
    user, secret = mails.find(mail.LINK)
    winners, errors = race(servers, REDEEM_VERIFICATION, [{"id": user, "secret": secret}] * count)
    check_winner(report, "MI-1 (OT-2), verification", winners, errors, count)


def open_sessions(report, servers, password, count, project="default", at_once=True):
    """SJ-10: one user signs in many times, at once or one after the other."""
    connections = [servers[number % len(servers)].client(timeout=120) for number in range(count)]
    answers = []
    for connection in connections:
        connection.headers["X-Appwrite-Project"] = project
        connection.send_graphql(documents.SIGN_IN, {"email": EMAIL, "password": password})
        if not at_once:
            answers.append(connection.receive())
    if at_once:
        answers = [connection.receive() for connection in connections]
    secrets = [answer.data["secret"] for answer in answers if not answer.error]
    connection = servers[0].client()
    connection.headers["X-Appwrite-Project"] = project
    totals = []
    for secret in secrets:
        connection.headers["X-Appwrite-Session"] = secret
        answer = connection.graphql(LIST_SESSIONS)
        if not answer.error:
            totals.append(answer.data["total"])
    listed = max(totals, default=0)
    figure = f"after {len(secrets)} sign-ins {len(totals)} sessions are accepted, {listed} are listed"
    has_ended_some = len(secrets) > 10
    is_bounded = 0 < len(totals) <= 10 and listed <= 10
    report.check(has_ended_some and is_bounded, "MI-1 (SJ-10)", figure, is_final=has_ended_some and not is_bounded)


def main(world):
    """The races, and their controls."""
    mails = mail.Mails(world.path("mails"))
    config = world.path("config") / "accountd.toml"
    config.write_text(PROJECTS)
    servers = world.servers(
        3,
        postgres.Postgres(world).create(),
        redis.Redis(world),
        redis__instances=3,
        limits__rates="false",
        **mails.settings,
        environment={"ACCOUNTD_CONFIG": str(config)},
    )
    for address, project in ((EMAIL, "default"), ("other1@example.com", "default"), (EMAIL, "many")):
        connection = servers[0].client()
        connection.headers["X-Appwrite-Project"] = project
        connection.graphql(documents.SIGN_UP, {"id": "unique()", "email": address, "password": documents.PASSWORD})
    rounds, count = world.size((1, 16), (50, 100))
    password = documents.PASSWORD
    for number in range(rounds):
        password = recover(world.report, servers, mails, count)
        redeem(world.report, servers, mails, count, number)
    open_sessions(world.report, servers, password, world.size(16, 60))
    world.report.control(
        "two secrets", lambda report: recover(report, servers, mails, 8, secrets=2), sees="at once 2 succeed"
    )
    world.report.control(
        "twenty sessions allowed",
        lambda report: open_sessions(report, servers, documents.PASSWORD, 13, project="many", at_once=False),
        sees="13 sessions are",
    )


if __name__ == "__main__":
    program.run(main)
