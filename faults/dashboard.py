"""What an operator sees of faults: a Prometheus watches two servers by the alerts and the dashboard of `deploy/`.

One after the other: somebody tries stolen passwords, the mail server is away, Redis is cut off, PostgreSQL is stopped, and a
server is killed. Each alert that belongs to a fault must fire during it, and none while all is well; each panel must have
values. The run is faster than life, and so are the spans of time in the alerts: by 5 in the long form, by 40 otherwise.
With the variable PICTURES it draws the dashboard into that folder.
Control: the same check of a span without a fault; it must report that no alert fires.
"""

import json
import os
import pathlib
import random
import threading
import time

from lib import ask, client, documents, flood, mail, panels, postgres, program, prometheus, proxy, redis, smtp

DEPLOY = pathlib.Path(__file__).parents[1] / "deploy"
DASHBOARD = DEPLOY / "grafana/accountd.json"
ALERTS = DEPLOY / "prometheus/alerts.yml"
USERS = 20
# So many points a picture has across.
POINTS = 120
# The alerts that must fire during each fault. AccountdOutboxLate isn't among them: few messages, all of which are tried again
# later, are never late.
EXPECTED = {
    "stolen passwords": ["AccountdPasswordsRefused", "AccountdBusy", "AccountdSignInsFail"],
    "mail server": ["AccountdMessagesRetried"],
    "Redis": ["AccountdLimiterFallsBack"],
    "PostgreSQL": ["AccountdDatabaseAway", "AccountdBusy"],
    "a server": ["AccountdDown"],
}


class Guesses(flood.Flood):
    """Sign-ins with addresses and passwords of another service's users, each tried once."""

    def credentials(self, number):
        """A user whom nobody knows here."""
        return {"email": f"stolen{number}@example.com", "password": documents.PASSWORD}


class Visitors(threading.Thread):
    """What users do on an ordinary day, through a proxy that leaves a server alone that isn't there."""

    def __init__(self, servers):
        super().__init__(daemon=True)
        self.servers = servers
        self.sessions = []
        self.ends = threading.Event()

    def run(self):
        """Does one thing after the other."""
        number = 0
        while not self.ends.wait(0.05):
            number += 1
            server = self.servers[number % len(self.servers)]
            try:
                self._act(server, number)
            except client.Lost:
                continue

    def _act(self, server, number):
        ip = f"10.{number % 7}.{number % 199}.{number % 97 + 1}"
        if number % 16 == 0 or not self.sessions:
            variables = {"email": flood.email(random.randrange(USERS)), "password": documents.PASSWORD}
            answer = server.client(ip=ip, timeout=5).graphql(documents.SIGN_IN, variables)
            if not answer.error:
                self.sessions.append(answer.data["secret"])
        elif number % 31 == 0:
            server.client(ip=ip, timeout=5).graphql(mail.CREATE_CODE, {"email": f"new{number}@example.com"})
        elif number % 37 == 0:
            session = self.sessions.pop(0)
            server.client(session=session, ip=ip, timeout=5).graphql(documents.DELETE_SESSION, {"id": "current"})
        else:
            document, variables = random.choice(
                ((documents.GET, {}), (documents.GET, {}), (documents.UPDATE_NAME, {"name": "Ada"}), (documents.CREATE_JWT, {}))
            )
            server.client(session=random.choice(self.sessions), ip=ip, timeout=5).graphql(document, variables)


class Run:
    """The servers, what they depend on, and what has happened when."""

    def __init__(self, world):
        self.minute = world.size(1.5, 12)
        self.cluster, self.store, self.mails = postgres.Postgres(world), redis.Redis(world), smtp.MailServer(world)
        self.link = proxy.Proxy(world, self.store.port)
        settings = {
            "mail__url": f"smtp://127.0.0.1:{self.mails.port}",
            "mail__from": "accounts@example.com",
            "redis__url": f"redis://127.0.0.1:{self.link.port}",
            "redis__instances": 2,
        }
        self.servers = world.servers(2, self.cluster.create(), **settings)
        for number in range(USERS):
            variables = {"id": "unique()", "email": flood.email(number), "password": documents.PASSWORD}
            documents.ask(self.servers[0].client(ip=f"192.0.2.{number + 1}"), documents.SIGN_UP, variables)
        self.interval = world.size(0.5, 2)
        rules = prometheus.at_pace(ALERTS.read_text(), 60 / self.minute)
        self.prometheus = prometheus.Prometheus(world, self.servers, rules, self.interval)
        self.is_long = world.is_long
        # Of each span: its name, from when to when.
        self.spans = []
        self.start = self.end = 0.0

    def let_pass(self, name, minutes):
        """Waits, and remembers the span under its name."""
        begun = time.time()
        time.sleep(minutes * self.minute)
        self.spans.append((name, begun, time.time()))

    def play(self):
        """All faults, with a while between them."""
        visitors = Visitors(self.servers)
        visitors.start()
        time.sleep(4 * self.interval)
        self.start = time.time()
        self.let_pass("quiet", 5)
        guesses = threading.Thread(target=Guesses(self.servers[0], 60, 15 * self.minute).run, daemon=True)
        guesses.start()
        self.let_pass("stolen passwords", 15)
        guesses.join()
        self.let_pass("after", 6)
        # An attempt ends after half a minute of life, which the short form doesn't have.
        self.mails.set(smtp.HANG if self.is_long else smtp.REFUSE)
        self.let_pass("mail server", 14)
        self.mails.set(smtp.TAKE)
        self.let_pass("after", 6)
        self.link.set(proxy.FREEZE)
        self.let_pass("Redis", 9)
        self.link.set(proxy.PASS)
        self.let_pass("after", 6)
        self.cluster.stop()
        self.let_pass("PostgreSQL", 9)
        self.cluster.start()
        self.let_pass("after", 6)
        self.servers[1].kill()
        self.let_pass("a server", 5)
        self.servers[1].start()
        self.let_pass("after", 3)
        self.end = time.time()
        visitors.ends.set()
        visitors.join(10)

    def fault(self, name):
        """From when to when a fault lasted."""
        return next((begun, ended) for other, begun, ended in self.spans if other == name)

    def minutes(self, at):
        """A moment in minutes since the start."""
        return (at - self.start) / self.minute

    def faults(self):
        """The spans of all faults."""
        return [(begun, ended) for name, begun, ended in self.spans if name not in ("quiet", "after")]


def check_alerts(report, run, name, alerts, span):
    """Reports which alerts fire within a span."""
    firing = run.prometheus.firing(*span, run.interval)
    when = {alert: f"{run.minutes(first) - run.minutes(span[0]):.0f} min" for alert, (first, _) in firing.items()}
    missing = [alert for alert in alerts if alert not in firing]
    report.check(not missing, "alerts", f"{name}: {when or 'none'} fire, {missing or 'none'} missing")


def series_of(run, panel):
    """The named series of a panel over the run."""
    span = run.end - run.start
    step = span / POINTS
    # As Grafana has it: four intervals of scraping, or one of the points and one of scraping.
    interval = max(4 * run.interval, step + run.interval)
    found = []
    # What is shown at a glance is that of a bad moment.
    begun, ended = run.fault("PostgreSQL")
    until = (begun + ended) / 2 if panel["type"] == "stat" else run.end
    for query, legend in panels.queries(panel, interval, span):
        for labels, points in run.prometheus.values(query, run.start, until, step):
            if points:
                found.append((panels.named(legend, labels), points))
    return sorted(found)


def look(world, run):
    """Evaluates and draws the whole dashboard."""
    pictures = os.environ.get("PICTURES")
    empty, shown = [], 0
    picture, top, name = None, 0, ""
    for panel in [*json.loads(DASHBOARD.read_text())["panels"], {"type": "row", "title": "", "gridPos": {"y": 0}}]:
        if panel["type"] == "row":
            if picture and pictures:
                pathlib.Path(pictures, f"dashboard-{name}.svg").write_text(picture.svg())
            name = panel["title"].lower().replace(" ", "-")
            picture = panels.Picture(run.start, run.end, run.minute, run.faults())
            top = panel["gridPos"]["y"] + 1
            continue
        series = series_of(run, panel)
        shown += 1
        if not series:
            empty.append(panel["title"])
        picture.panel(panel, top, series)
    world.report.check(not empty, "dashboard", f"{shown} panels, without values: {empty or 'none'}")


def main(world):
    """One run, and what was seen of it."""
    run = Run(world)
    run.play()
    for name, begun, ended in run.spans:
        world.report.note(f"{name}: from minute {run.minutes(begun):.0f} to {run.minutes(ended):.0f}")
    quiet = run.prometheus.firing(*run.fault("quiet"), run.interval)
    world.report.check(not quiet, "alerts", f"quiet: {sorted(quiet) or 'none'} fire")
    for name, alerts in EXPECTED.items():
        check_alerts(world.report, run, name, alerts, run.fault(name))
    for alert, (first, last) in sorted(run.prometheus.firing(run.start, run.end, run.interval).items()):
        world.report.note(f"{alert}: from minute {run.minutes(first):.1f} to {run.minutes(last):.1f}")
    look(world, run)
    # Prometheus itself asks for OpenMetrics.
    found = prometheus.complaints(run.servers[0])
    world.report.check(not found, "metrics", f"promtool: {found or 'no complaints'}")
    world.report.control(
        "nothing is broken",
        lambda report: check_alerts(report, run, "quiet", ["AccountdDown"], run.fault("quiet")),
        sees="missing",
    )


if __name__ == "__main__":
    program.run(main)
