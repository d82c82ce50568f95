"""The wall clock of a running server jumps by an hour, ahead and back, and behind and back.

AV-9: no expired token is accepted, no valid session is lost, and no rate limit is reset or stuck; counted
in SQLite, in PostgreSQL and in Redis, where a second server's clock doesn't jump.
Expired one-time secrets stay expired after the clock was set back and the server was restarted.
SJ-3: a JWT is accepted 899 s after it was made and refused from 905 s on, whatever lifetime was requested.
SJ-8: a command line that is an hour behind the server rotates its key, and no token is refused.
Control: the same check where two hours pass by every clock of the server, so that its limits are rightly reset.
"""

import time

from lib import database, documents, faketime, mail, postgres, program, quotas, redis

JUMP = 3_660
# A second, the leeway of five, and a little.
EXPIRED_AFTER = 6.5
PROJECTS = """
[[projects]]
id = "default"
platforms = ["app.example.com"]
"""
CREATE_LONG_JWT = "mutation { accountCreateJWT(duration: 3600) { jwt } }"


class Witness:
    """What must not change with the clock: a session, an expired JWT, a used-up limit, a half-used one."""

    def __init__(self, servers, expired):
        self.servers = servers
        self.user = documents.User(servers[0])
        self.expired = expired
        self.quotas = quotas.Quotas(servers, self.user.session, 2)
        self.spent, self.half = self.quotas.ips
        self.lost_sessions = self.revived = 0
        # How many calls must have passed of the quota that isn't used up.
        self.drawn = 4
        for _ in range(documents.LIMIT + 1):
            self.quotas.call(0, self.spent)
        for _ in range(self.drawn):
            self.quotas.call(0, self.half)

    def look(self, calls):
        """Uses everything once more, at every server."""
        for number, server in enumerate(self.servers):
            self.lost_sessions += bool(server.client(session=self.user.session).graphql(documents.GET).error)
            self.revived += not server.client(jwt=self.expired).graphql(documents.GET).error
            for _ in range(calls):
                self.quotas.call(number, self.spent)
            self.quotas.call(number, self.half)
            self.drawn += 1

    def check(self, report, promise, name):
        """Reports what the jumps have changed."""
        passed = self.quotas.passed
        report.check(
            passed[self.spent] == documents.LIMIT,
            promise,
            f"{name}: {passed[self.spent]} of {documents.LIMIT} calls pass",
        )
        report.check(
            passed[self.half] == self.drawn,
            promise,
            f"{name}: of a half used quota, {passed[self.half]} of {self.drawn} in all",
        )
        report.check(not self.quotas.errors, promise, f"{name}: {dict(self.quotas.errors) or 'no'} errors")
        report.check(not self.lost_sessions, promise, f"{name}: {self.lost_sessions} valid sessions lost")
        report.check(not self.revived, promise, f"{name}: {self.revived} expired tokens accepted")


def short_jwt(server):
    """A JWT that lives for a second, and the leeway."""
    user = documents.User(server)
    return server.client(session=user.session).graphql(documents.CREATE_JWT).data["jwt"]


def jump(world, name, servers, clock, expired):
    """Lets the clock of the last server jump ahead and back, then behind and back."""
    for direction, seconds in (("an hour ahead", JUMP), ("an hour behind", -JUMP)):
        clock.set(0)
        witness = Witness(servers, expired)
        for offset in (seconds, 0):
            clock.set(offset)
            witness.look(3)
        witness.check(world.report, "AV-9", f"{name}, {direction} and back")


def free_again(world, server, clock):
    """A limit that was used up while the clock was ahead has room a window later, measured by the time that has really passed."""
    user = documents.User(server)
    connection = server.client(session=user.session)
    clock.set(JUMP)
    while not documents.is_limited(connection.graphql(documents.CREATE_JWT)):
        pass
    clock.set(0)
    time.sleep(62)
    answer = connection.graphql(documents.CREATE_JWT)
    world.report.check(not answer.error, "AV-9", f"SQLite: a minute later the quota has room: {answer.error or 'ok'}")


def lifetime(world, server, clock):
    """Presents one JWT when it is 899 and when it is 905 s old by the server's clock."""
    clock.set(0)
    user = documents.User(server)
    jwt = server.client(session=user.session).graphql(CREATE_LONG_JWT).data["jwt"]
    made_at = time.monotonic()
    for age, expected in ((899, "ok"), (905, "user_jwt_invalid")):
        offset = age - 1 - int(time.monotonic() - made_at)
        clock.set(offset)
        while (asked := time.monotonic() - made_at + offset) < age:
            time.sleep(0.002)
        ended = server.client(jwt=jwt).graphql(documents.GET).error or "ok"
        answered = time.monotonic() - made_at + offset
        figure = f"between {asked:.2f} and {answered:.2f} s after it was made a JWT is answered with {ended}"
        world.report.check(ended == expected and answered < age + 1, "SJ-3", figure)
    clock.set(0)


def check_shut_out(report, server, secrets, name):
    """Reports whether one-time secrets are refused."""
    endings = [server.client().graphql(document, variables).error or "ok" for document, variables in secrets]
    report.check(set(endings) == {"user_invalid_token"}, "AV-9", f"{name}: one-time secrets end so: {endings}")


def secrets_stay_expired(world, clock):
    """One-time secrets that expired while the clock was ahead stay expired after it is set back and a restart."""
    mails, config = mail.Mails(world.path("mails")), world.path("config") / "accountd.toml"
    config.write_text(PROJECTS)
    environment = {**clock.environment, "ACCOUNTD_CONFIG": str(config)}
    server = world.server(database.Sqlite(world.path("sqlite")), environment=environment, **mails.settings)
    email = "ada@example.com"
    server.client().graphql(documents.SIGN_UP, {"id": "unique()", "email": email, "password": documents.PASSWORD})
    server.client().graphql(mail.CREATE_RECOVERY, {"email": email})
    user, secret = mails.find(mail.LINK)
    recovery = (mail.UPDATE_RECOVERY, {"id": user, "secret": secret, "password": "another horse battery"})
    codes = []
    for address in ("bob@example.com", "cleo@example.com", "dora@example.com"):
        user = server.client().graphql(mail.CREATE_CODE, {"email": address}).data["userId"]
        codes.append((mail.REDEEM_CODE, {"id": user, "secret": mails.find(mail.CODE)[0]}))
    *expired, unseen = codes
    world.report.control(
        "a code that has time left",
        lambda report: check_shut_out(report, server, [expired.pop()], "at once"),
        sees="end so: ['ok']",
    )
    clock.set(JUMP)
    check_shut_out(world.report, server, [recovery, *expired], "an hour later")
    if world.is_long:
        # Those that nobody shows are deleted every minute.
        time.sleep(65)
        expired.append(unseen)
    server.kill()
    clock.set(0)
    server.start()
    check_shut_out(world.report, server, [recovery, *expired], "clock set back, server started again")
    server.kill()


def rotate_behind(world, clock):
    """A server that began an hour ahead stays there. A command line that isn't rotates its key."""
    clock.set(JUMP)
    server = world.server(database.Sqlite(world.path("sqlite")), environment=clock.environment, limits__rates="false")
    clock.set(0)
    session = documents.User(server).session
    connection = server.client(session=session)
    before = after = documents.ask(connection, documents.CREATE_JWT)["jwt"]
    code, output, _ = server.run("jwt", "rotate", "--now")
    end = time.monotonic() + 60
    while before.split(".")[0] == after.split(".")[0] and time.monotonic() < end:
        time.sleep(0.2)
        after = documents.ask(connection, documents.CREATE_JWT)["jwt"]
    ended = [server.client(jwt=jwt).graphql(documents.GET).error or "ok" for jwt in (before, after)]
    has_rotated = code == 0 and before.split(".")[0] != after.split(".")[0]
    figure = f"rotated by a command line an hour behind: {output}; tokens before and after are answered with {ended}"
    world.report.check(has_rotated and ended == ["ok", "ok"], "SJ-8", figure)
    server.kill()


def pass_time(world, expired):
    """The control: two hours go by."""
    clock = faketime.Clock(world, is_monotonic=True)
    server = world.server(database.Sqlite(world.path("sqlite")), environment=clock.environment)
    witness = Witness([server], expired)
    clock.set(2 * JUMP)
    witness.look(3)
    world.report.control(
        "two hours pass", lambda report: witness.check(report, "AV-9", "two hours later"), sees="calls pass"
    )
    server.kill()


def main(world):
    """Each store of rate limits."""
    clock = faketime.Clock(world)
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, environment=clock.environment, jwt__ttl_seconds=1)
    expired = short_jwt(server)
    time.sleep(EXPIRED_AFTER)
    jump(world, "SQLite", [server], clock, expired)
    if world.is_long:
        free_again(world, server, clock)
    server.kill()
    server = world.server(store, environment=clock.environment)
    lifetime(world, server, clock)
    server.kill()
    secrets_stay_expired(world, clock)
    rotate_behind(world, clock)
    pass_time(world, expired)

    cluster, store, settings = (
        postgres.Postgres(world),
        redis.Redis(world),
        {"redis__instances": 2, "jwt__ttl_seconds": 1},
    )
    pairs = []
    for name, shared in (("PostgreSQL", None), ("Redis", store)):
        common = cluster.create()
        still = world.server(common, shared, **settings)
        jumping = world.server(common, shared, **settings, environment=clock.environment)
        pairs.append((name, [still, jumping], short_jwt(still)))
    time.sleep(EXPIRED_AFTER)
    for name, servers, expired in pairs:
        jump(world, name, servers, clock, expired)


if __name__ == "__main__":
    program.run(main)
