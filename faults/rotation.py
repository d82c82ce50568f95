"""Keys of JWTs are rotated and the master secret is changed on three servers with PostgreSQL and Redis, under load.

SJ-8: two rotations, by command lines whose clocks are an hour behind and an hour ahead, the drop of a key, and a change of
the master secret by rolling restarts: no valid JWT is refused by the servers, by forward-auth, by introspection, or by who
verifies with the published keys. Sessions, tokens of providers, authenticators, recovery codes and mails that wait are
kept.
SJ-1: of forged tokens and those of dropped keys and other projects none is accepted, at any time.
SJ-4: the end of a session is in the feed of revocations of each server, with a p99 of at most 1 s.
AV-6: no request fails over the restarts.
Control: a verifier that never asks for new keys; one that checks no signature; a server with a new master secret alone;
sessions that nobody ends.
"""

import functools
import hashlib
import json
import secrets
import time

from lib import documents, faketime, feed, haproxy, holdings, jwts, mail, postgres, program, provider, redis, token_load

HOUR = 3_600
CLIENTS = 8
# Everything about keys takes effect within so many seconds.
MAX_SECONDS = 60
KEY = "ak_" + "5e1f" * 16
CONFIGURATION = """
master_secret_previous = [{previous}]
{providers}
[[projects]]
id = "default"
platforms = ["app.example.com"]
[[projects.api_keys]]
hash = "{hash}"
scopes = ["tokens.introspect", "revocations.read"]
[[projects]]
id = "other"
"""
# The server logs it when it has looked for what is stored under a previous secret, and found nothing.
IS_REENCRYPTED = "nothing stored needs the previous master secrets"
BY_ASKING = ["accountGet", "forward-auth", "introspection"]


class Cluster:
    """Three servers behind a proxy, with a configuration file each."""

    def __init__(self, world, *previous):
        self.world = world
        self.provider, self.mails = provider.Provider(world), mail.Mails(world.path("mails"))
        self.files = [world.path("config") / "accountd.toml" for _ in range(3)]
        self.exit_codes = set()
        database, store = postgres.Postgres(world).create(), redis.Redis(world)
        settings = {
            **self.mails.settings,
            # Nobody listens there, so mails wait.
            "mail__url": f"smtp://127.0.0.1:{world.port()}",
            "redis__instances": 3,
            "limits__rates": "false",
            "drain_seconds": 1,
        }
        self.servers = []
        for file in self.files:
            self._configure(file, previous)
            self.servers.append(world.prepared(database, store, environment={"ACCOUNTD_CONFIG": str(file)}, **settings))
            self.servers[-1].launch()
        for server in self.servers:
            server.wait()
        self.proxy = haproxy.Haproxy(world, self.servers, interval=250)
        self.user = documents.User(self.proxy)

    def _configure(self, file, previous):
        quoted = ", ".join(f'"{secret}"' for secret in previous)
        key = hashlib.sha256(KEY.encode()).hexdigest()
        file.write_text(CONFIGURATION.format(previous=quoted, providers=self.provider.settings, hash=key))

    def restart(self, numbers, newest, *previous, **settings):
        """Restarts servers one after the other, with other master secrets."""
        for number in numbers:
            server = self.servers[number]
            self._configure(self.files[number], previous)
            changed = {"master_secret": newest, **settings}
            server.environment |= {f"ACCOUNTD_{key.upper()}": value for key, value in changed.items()}
            self.exit_codes.add(server.stop())
            server.start()
            # The proxy notices that it is ready.
            time.sleep(0.5)

    def run(self, *arguments, server=0, environment=None):
        """Runs a command beside the servers. Returns its output, which begins with the id of a key if it is about one."""
        code, output, _ = self.servers[server].run(*arguments, environment=environment)
        if code:
            raise RuntimeError(f"accountd {' '.join(arguments)}: {output}")
        return output

    def send_mails(self):
        """Has mails that wait sent now, whenever their next attempt is due."""
        listed = json.loads(self.run("message", "list", "--channel", "mail", "--state", "queued", "--json"))
        for message in listed["messages"]:
            try:
                self.run("message", "retry", message["_id"])
            except RuntimeError as error:
                # Meanwhile its next attempt was due.
                if "was delivered" not in str(error):
                    raise

    def tokens(self, project="default"):
        """A new token of each server."""
        made = []
        for server in self.servers:
            connection = server.client(session=self.user.session)
            if project != "default":
                connection.headers["X-Appwrite-Project"] = project
                del connection.headers["X-Appwrite-Session"]
                opened = documents.ask(connection, documents.SIGN_IN_ANONYMOUSLY)
                connection.headers["X-Appwrite-Session"] = opened["secret"]
            made.append(documents.ask(connection, documents.CREATE_JWT)["jwt"])
        return made


def wait_until(report, what, holds):
    """Waits until something holds at all servers, and reports how long that took."""
    begun = time.monotonic()
    while not holds() and time.monotonic() - begun < MAX_SECONDS:
        time.sleep(0.2)
    took = time.monotonic() - begun
    report.check(took < MAX_SECONDS, "SJ-8", f"{what}, at all servers within {took:.1f} s")


def wait_until_signs(cluster, kid):
    """Waits until each server signs with a key."""

    def is_current():
        return {jwts.header(token)["kid"] for token in cluster.tokens()} == {kid}

    wait_until(cluster.world.report, "a key rotated by --now signs", is_current)


def rotate_and_drop(cluster, load, published, behind):
    """Lets a key sign that was published before, by a command line an hour behind; drops the key before it."""
    old = cluster.tokens()[0]
    if cluster.run("jwt", "rotate", "--now", environment=behind).split()[0] != published:
        raise RuntimeError("another key than the published one signs")
    wait_until_signs(cluster, published)
    kid = jwts.header(old)["kid"]
    for one in load.clients:
        one.forget(kid)
    cluster.run("jwt", "drop", kid)

    def is_refused():
        return all(server.client(jwt=old).graphql(documents.GET).error for server in cluster.servers)

    wait_until(cluster.world.report, "a dropped key's tokens are refused", is_refused)
    for one in load.clients:
        # Who keeps a set of keys learns of a drop when it is over.
        one.add_ended("dropped key", old, BY_ASKING)


def change_secret(cluster, old, new, kept, ahead):
    """Changes the master secret as docs/operating.md says, with a rotation and new users on the way.

    Returns what another user has after it.
    """
    if cluster.world.is_long:
        cluster.restart([0, 1, 2], old, new)
        kept.append(holdings.Holdings(cluster.proxy))
    cluster.restart([0], new, old)
    rotated = cluster.run("jwt", "rotate", "--now", server=2, environment=ahead)
    kept.append(holdings.Holdings(cluster.proxy))
    cluster.restart([1, 2], new, old)
    wait_until_signs(cluster, rotated.split()[0])
    if not cluster.world.is_long:
        # The next look is ten minutes away, except at a server that starts.
        cluster.restart([0], new, old)
    looks = range(3) if cluster.world.is_long else [0]
    end = time.monotonic() + 12 * 60
    while not all(IS_REENCRYPTED in cluster.servers[number].log() for number in looks):
        if time.monotonic() > end:
            raise RuntimeError("something stays stored under the previous secret")
        time.sleep(0.2)
    cluster.restart([0, 1, 2], new, mail__url=cluster.mails.settings["mail__url"])
    return holdings.Holdings(cluster.proxy)


def control(cluster, spared, frozen):
    """Verifiers that do it wrong, and a secret that is changed at once."""
    report = cluster.world.report

    def run(broken, verifier):
        with token_load.Load(cluster.proxy, 2, KEY, verifier, pause=0.02) as load:
            time.sleep(1.5)
        load.check(broken, "control")

    report.control("keys from before the rotations", lambda broken: run(broken, lambda _: frozen), sees="unknown key")
    report.control("no signature is checked", lambda broken: run(broken, jwts.Careless), sees="alg none, by keys")
    cluster.restart([0], secrets.token_hex(32))
    spared.server = cluster.servers[0]
    report.control(
        "another master secret at once",
        lambda broken: holdings.check(broken, [spared], cluster.mails, "control"),
        sees="authenticator",
    )


def main(world):
    """The load, what happens under it, the feed, and the controls."""
    old, new = program.MASTER_SECRET, secrets.token_hex(32)
    # The short form begins where all servers have been given the new secret to read.
    cluster = Cluster(world, *([] if world.is_long else [new]))
    ahead, behind = faketime.Clock(world), faketime.Clock(world)
    ahead.set(HOUR)
    behind.set(-HOUR)
    kept, frozen = [], jwts.Verifier(cluster.proxy, refetches=False)
    foreign = cluster.tokens("other")[0]
    published = cluster.run("jwt", "rotate", environment=behind.environment).split()[0]
    kept.append(holdings.Holdings(cluster.proxy))
    with token_load.Load(cluster.proxy, CLIENTS, KEY) as load:
        for one in load.clients:
            one.add_ended("another project", foreign)
        time.sleep(2)
        rotate_and_drop(cluster, load, published, behind.environment)
        spared = change_secret(cluster, old, new, kept, ahead.environment)
        time.sleep(1)
    load.check(world.report, "rotations and another master secret", may_be_busy=not world.is_long)
    world.report.check(cluster.exit_codes == {0}, "AV-6", f"exit codes {sorted(cluster.exit_codes)}")
    followers = [feed.Follower(server, KEY) for server in cluster.servers]
    measure = functools.partial(feed.measure, world, servers=cluster.servers, followers=followers)
    measure(report=world.report, count=world.size(60, 3_000))
    world.report.control(
        "nobody ends the sessions",
        lambda report: measure(report=report, count=3, ends=False),
        sees="9 revocations missing",
    )
    cluster.send_mails()
    holdings.check(world.report, kept, cluster.mails, "another master secret")
    control(cluster, spared, frozen)


if __name__ == "__main__":
    program.run(main)
