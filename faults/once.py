"""Many callers show one secret at once, or sign in as one user at once, at three servers on PostgreSQL and Redis.

MI-1: of those who show one recovery secret one sets the password, and it is that one's (OT-1); of those who show one
code one signs in (OT-2); of a user's sessions ten are left (SJ-10).
Control: two secrets in one race, which two callers must win; a project that allows twenty sessions.
"""

import collections
import email.policy
import re
import time

from lib import client, documents, postgres, program, redis

PROJECTS = """
[[projects]]
id = "default"
platforms = ["app.example.com"]
[[projects]]
id = "many"
session.per_user = 20
"""
EMAIL = "ada@example.com"
CREATE_RECOVERY = """mutation($email: String!) {
  accountCreateRecovery(email: $email, url: "https://app.example.com/") { _id }
}"""
UPDATE_RECOVERY = """mutation($id: String!, $secret: String!, $password: String!) {
  accountUpdateRecovery(userId: $id, secret: $secret, password: $password) { _id }
}"""
CREATE_CODE = 'mutation($email: String!) { accountCreateEmailToken(userId: "unique()", email: $email) { userId } }'
REDEEM_CODE = "mutation($id: String!, $secret: String!) { accountCreateSession(userId: $id, secret: $secret) { _id } }"
LIST_SESSIONS = "{ accountListSessions { total } }"


class Mails:
    """The folder that mails go to."""

    def __init__(self, folder):
        self.folder = folder
        self.seen = set()

    def find(self, pattern):
        """What the pattern's group finds in a mail that wasn't read yet; other mails are passed over."""
        for _ in range(300):
            for file in set(self.folder.glob("*.eml")) - self.seen:
                self.seen.add(file)
                mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if found := re.search(pattern, mail.get_body(("plain",)).get_content()):
                    return found.groups()
            time.sleep(0.05)
        raise RuntimeError("no mail came")


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
    """One call has won, and the others were told that the secret isn't good any more, or to come back."""
    others = errors.keys() - {"user_invalid_token", "general_server_busy"}
    report.check(
        len(winners) == 1 and not others,
        promise,
        f"of {calls} calls at once {len(winners)} succeed, the others: {errors}",
    )


def recover(report, servers, mails, count, secrets=1):
    """OT-1: many set another password each, with one secret."""
    found = []
    for number in range(secrets):
        servers[0].client().graphql(CREATE_RECOVERY, {"email": EMAIL if number == 0 else f"other{number}@example.com"})
        user, secret = mails.find(r"userId=([\w.-]+)&secret=(\w+)")
        found.append({"id": user, "secret": secret})
    calls = [{**found[number % secrets], "password": f"password number {number}"} for number in range(count)]
    winners, errors = race(servers, UPDATE_RECOVERY, calls)
    check_winner(report, "MI-1 (OT-1)", winners, errors, count)
    return winners[0]["password"] if winners else ""


def redeem(report, servers, mails, count):
    """OT-2: many sign in with one code."""
    user = servers[1].client().graphql(CREATE_CODE, {"email": EMAIL}).data["userId"]
    (code,) = mails.find(r"\b(\d{6})\b")
    winners, errors = race(servers, REDEEM_CODE, [{"id": user, "secret": code}] * count)
    check_winner(report, "MI-1 (OT-2)", winners, errors, count)


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
    report.check(0 < len(totals) <= 10 and listed <= 10, "MI-1 (SJ-10)", figure)


def main(world):
    """The three races, and their controls."""
    mails = Mails(world.path("mails"))
    config = world.path("config") / "accountd.toml"
    config.write_text(PROJECTS)
    servers = world.servers(
        3,
        postgres.Postgres(world).create(),
        redis.Redis(world),
        redis__instances=3,
        limits__rates="false",
        mail__url=f"folder:{mails.folder}",
        mail__from="accounts@example.com",
        environment={"ACCOUNTD_CONFIG": str(config)},
    )
    for address, project in ((EMAIL, "default"), ("other1@example.com", "default"), (EMAIL, "many")):
        connection = servers[0].client()
        connection.headers["X-Appwrite-Project"] = project
        connection.graphql(documents.SIGN_UP, {"id": "unique()", "email": address, "password": documents.PASSWORD})
    rounds, count = world.size((1, 16), (50, 100))
    password = documents.PASSWORD
    for _ in range(rounds):
        password = recover(world.report, servers, mails, count)
        redeem(world.report, servers, mails, count)
    open_sessions(world.report, servers, password, world.size(16, 60))
    world.report.control("two secrets", lambda report: recover(report, servers, mails, 8, secrets=2))
    world.report.control(
        "twenty sessions allowed",
        lambda report: open_sessions(report, servers, documents.PASSWORD, 13, project="many", at_once=False),
    )


if __name__ == "__main__":
    program.run(main)
