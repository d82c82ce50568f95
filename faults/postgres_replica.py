"""replica: a streaming replica, which lists are read from, falls behind, dies, freezes and becomes a primary.

Lists come from the replica while it keeps up, and from the primary otherwise: no list fails, none is older than
database.replica_lag_seconds, and the rest of the server notices nothing. Users see at once what they have done. The
server doesn't start with a "replica" of another database.
Control: with an hour of permitted lag, a list is still old when that of the other server is not.
"""

import os
import re
import subprocess
import threading
import time

from lib import documents, postgres, program

ID = "replicas"
LAG = 3
LOGS = "{ accountListLogs(queries: []) { logs { detail } } }"


def new_key(server):
    """A new API key that reads users."""
    command = "key new --project default --scope users.read --store --name lists".split()
    made = subprocess.run(
        [os.environ["ACCOUNTD"], *command],
        env=server.environment,
        cwd=server.folder,
        capture_output=True,
        check=True,
        text=True,
    )
    return re.search(r"ak_[0-9a-f]+", made.stdout)[0]


class Lists:
    """Reads the list of users, again and again."""

    def __init__(self, server, key):
        self.connection = server.client(timeout=10)
        self.connection.headers |= {"X-Appwrite-Key": key, "X-Appwrite-Project": "default"}

    def total(self):
        """How many users there are, as the list says."""
        answer = self.connection.request("GET", "/v1/users")
        if answer.error:
            raise RuntimeError(f"{answer.error} {answer.body}")
        return answer.json["total"]


class Load:
    """Lists that are read all the time, in a thread of its own."""

    def __init__(self, server, key):
        self.lists = Lists(server, key)
        self.seconds, self.errors = [], []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def run(self):
        """Reads until it is over."""
        while not self.is_over.is_set():
            begun = time.monotonic()
            try:
                self.lists.total()
            except Exception as error:  # pylint: disable=broad-except
                self.errors.append(repr(error))
            self.seconds.append(time.monotonic() - begun)
            time.sleep(0.02)

    def check(self, report, name):
        """No list fails, and none takes longer than any request may."""
        figure = f"{name}: {len(self.seconds)} lists, {len(self.errors)} errors {self.errors[:1]}"
        report.check(not self.errors, ID, figure)
        report.check(max(self.seconds) <= 5, "AV-5", f"{name}: the slowest list took {max(self.seconds):.2f} s")


def wait_for_log(server, text, count=1):
    """Waits until the log has a text so many times."""
    end = time.monotonic() + 20
    while server.log().count(text) < count:
        if time.monotonic() > end:
            raise RuntimeError(f"no {text!r} in {server.log()}")
        time.sleep(0.05)


USED = "lists are read from a replica"


def fall_behind(world, replica, server, patient, key):
    """Replay is paused: old lists at first, none that is older than permitted, and one's own log is never old."""
    report = world.report
    lists, others = Lists(server, key), Lists(patient, key)
    before = lists.total()
    replica.pause()
    paused_at = time.monotonic()
    user = documents.User(server)
    connection = server.client(session=user.session)
    connection.graphql(documents.UPDATE_NAME, {"name": "Ada"})
    log = connection.graphql(LOGS).data["logs"]
    newest = log[0]["detail"]
    report.check(newest == "user.update.name", ID, f"paused: the newest event of one's log is {newest}")
    total = lists.total()
    report.check(total == before, ID, f"paused: the list comes from the replica, with {total} of {before + 1} users")
    while lists.total() == before and time.monotonic() < paused_at + 20:
        time.sleep(0.02)
    seconds = time.monotonic() - paused_at
    report.check(seconds <= LAG + 1, ID, f"paused: the list is old for {seconds:.2f} s, with {LAG} s permitted")

    def is_fresh(broken):
        total = others.total()
        broken.check(total == before + 1, ID, f"{total} users after {time.monotonic() - paused_at:.1f} s")

    report.control("an hour of permitted lag", is_fresh, sees=f"{before} users")
    report.check(server.readiness() == 200, ID, f"paused: readiness {server.readiness()}")
    wait_for_log(server, "further behind")
    used = server.log().count(USED)
    replica.resume()
    wait_for_log(server, USED, used + 1)
    report.check(lists.total() == before + 1, ID, "resumed: the replica is read again")


def outage(world, server, key, name, begin, end):
    """The replica is away in the middle of lists."""
    with Load(server, key) as load:
        time.sleep(1)
        begin()
        time.sleep(world.size(4, 15))
        ready = server.readiness()
        used = server.log().count(USED)
        end()
        wait_for_log(server, USED, used + 1)
        time.sleep(1)
    load.check(world.report, name)
    world.report.check(ready == 200, ID, f"{name}: readiness {ready}; read again afterwards")


def refuse_others(world, primary, database, server):
    """Another cluster, or another database of the same, is no replica."""
    other = postgres.Postgres(world)
    for name, url in (("another cluster", other.url("postgres")), ("another database", primary.url("postgres"))):
        wrong = world.prepared(database, database__replicas=url)
        wrong.launch()
        code = wrong.process.wait(30)
        has_said = "has another database than database.url" in wrong.log()
        figure = f"{name}: the server exits with {code}, and says why: {has_said}"
        world.report.check(code != 0 and has_said, ID, figure)
    other.kill()
    world.report.check(server.readiness() == 200, ID, "the others serve meanwhile")


def main(world):
    """One primary, one replica, and two servers, one of which permits an hour of lag."""
    primary = postgres.Postgres(world)
    database = primary.create()
    replica = postgres.Replica(primary)
    settings = {"limits__rates": "false", "database__replicas": replica.url(database.database)}
    server = world.server(database, database__replica_lag_seconds=LAG, **settings)
    patient = world.server(database, database__replica_lag_seconds=3600, **settings)
    key = new_key(server)
    for one in (server, patient):
        wait_for_log(one, USED)
    refuse_others(world, primary, database, server)
    fall_behind(world, replica, server, patient, key)

    def back():
        replica.start()

    outage(world, server, key, "killed", replica.kill, back)
    outage(world, server, key, "frozen", replica.freeze, replica.thaw)
    replica.promote()
    wait_for_log(server, "it is not a standby")
    documents.User(server)
    users = int(database.rows("SELECT count(*) FROM users")[0][0])
    total = Lists(server, key).total()
    world.report.check(total == users, ID, f"promoted: the list comes from the primary, with {total} of {users} users")


if __name__ == "__main__":
    program.run(main)
