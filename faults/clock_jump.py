"""The wall clock of a running server jumps by an hour, ahead and back, and behind and back.

AV-9: no expired token is accepted, no valid session is lost, and no budget of a rate limit is reset or stuck; counted
in SQLite, in PostgreSQL and in Redis, where a second server's clock doesn't jump.
SJ-3: a JWT is accepted 899 s after it was made and refused from 905 s on, whatever lifetime was asked for.
Control: the same check where two hours pass by every clock of the server, so that its budgets are rightly empty.
"""

import time

from lib import budgets, database, documents, faketime, postgres, program, redis

JUMP = 3_660
# A second, the leeway of five, and a little.
EXPIRED_AFTER = 6.5
CREATE_LONG_JWT = "mutation { accountCreateJWT(duration: 3600) { jwt } }"


class Witness:
    """What must not change with the clock: a session, an expired JWT, a used up budget, a half used one."""

    def __init__(self, servers, expired):
        self.servers = servers
        self.user = documents.User(servers[0])
        self.expired = expired
        self.budgets = budgets.Budgets(servers, self.user.session, 2)
        self.spent, self.half = self.budgets.ips
        self.lost_sessions = self.revived = 0
        for _ in range(documents.LIMIT + 1):
            self.budgets.call(0, self.spent)
        for _ in range(4):
            self.budgets.call(0, self.half)

    def look(self, calls):
        """Uses everything once more, at every server."""
        for number, server in enumerate(self.servers):
            self.lost_sessions += bool(server.client(session=self.user.session).graphql(documents.GET).error)
            self.revived += not server.client(jwt=self.expired).graphql(documents.GET).error
            for _ in range(calls):
                self.budgets.call(number, self.spent)
            self.budgets.call(number, self.half)

    def check(self, report, promise, name):
        """Reports what the jumps have changed."""
        passed = self.budgets.passed
        report.check(
            passed[self.spent] == documents.LIMIT,
            promise,
            f"{name}: {passed[self.spent]} of {documents.LIMIT} calls pass",
        )
        report.check(
            4 < passed[self.half] <= documents.LIMIT,
            promise,
            f"{name}: of a half used budget, {passed[self.half]} in all",
        )
        report.check(not self.budgets.errors, promise, f"{name}: {dict(self.budgets.errors) or 'no'} errors")
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
    """A budget that was used up while the clock was ahead has room a window later, by the time that has really passed."""
    user = documents.User(server)
    connection = server.client(session=user.session)
    clock.set(JUMP)
    while not documents.is_limited(connection.graphql(documents.CREATE_JWT)):
        pass
    clock.set(0)
    time.sleep(62)
    answer = connection.graphql(documents.CREATE_JWT)
    world.report.check(not answer.error, "AV-9", f"SQLite: a minute later the budget has room: {answer.error or 'ok'}")


def lifetime(world, store, clock):
    """Shows one JWT to servers whose clocks are 898 and 905 s ahead."""
    server = world.server(store, environment=clock.environment)
    user = documents.User(server)
    jwt = server.client(session=user.session).graphql(CREATE_LONG_JWT).data["jwt"]
    made_at = time.monotonic()
    for age, expected in ((899, "ok"), (905, "user_jwt_invalid")):
        server.stop()
        # A second less than wanted goes by until the server is started, or more; then the age is what it is.
        clock.set(age - round(time.monotonic() - made_at) - 1)
        server.start()
        while time.monotonic() - made_at + int(clock.file.read_text()) < age:
            time.sleep(0.01)
        answer = server.client(jwt=jwt).graphql(documents.GET)
        world.report.check(
            (answer.error or "ok") == expected, "SJ-3", f"after {age} s a JWT is answered with {answer.error or 'ok'}"
        )
    clock.set(0)
    server.stop()


def pass_time(world, expired):
    """The control: two hours go by."""
    clock = faketime.Clock(world, is_monotonic=True)
    server = world.server(database.Sqlite(world.path("sqlite")), environment=clock.environment)
    witness = Witness([server], expired)
    clock.set(2 * JUMP)
    witness.look(3)
    world.report.control("two hours pass", lambda report: witness.check(report, "AV-9", "two hours later"))
    server.kill()


def main(world):
    """Each place where budgets are counted."""
    clock = faketime.Clock(world)
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, environment=clock.environment, jwt__ttl_seconds=1)
    expired = short_jwt(server)
    time.sleep(EXPIRED_AFTER)
    jump(world, "SQLite", [server], clock, expired)
    if world.is_long:
        free_again(world, server, clock)
    server.stop()
    lifetime(world, store, clock)
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
