"""A storm of SIGTERM: one server is ended over and over at 300 requests/s by clients that follow its readiness.

AV-6: readiness turns before the port closes; no request that was accepted is lost; the process ends within 30 s with
exit code 0; a second signal ends it at once; every message that was acknowledged is sent. Other clients ignore
readiness and send requests until the port is closed: each request of theirs is answered, or its connection is refused.
Control: the same check with kill -9; requests must be lost.
"""

import signal
import threading
import time

from lib import ask, client, database, documents, program

# How long clients and proxies go on sending after readiness has turned.
NOTICED_AFTER = 2
SEND_CODE = 'mutation($email: String!) { accountCreateEmailToken(userId: "unique()", email: $email) { _id } }'


class Mailer(threading.Thread):
    """Requests e-mail, each to another address, and keeps a journal of what was acknowledged."""

    def __init__(self, server, may_ask):
        super().__init__(daemon=True)
        self.connection = server.client()
        self.may_ask = may_ask
        self.acknowledged = []
        self.number = 0
        self.ends = threading.Event()

    def run(self):
        """Sends requests until it is stopped."""
        while not self.ends.wait(0.1):
            if not self.may_ask.is_set():
                continue
            self.number += 1
            email = f"user{self.number}@example.com"
            try:
                if not self.connection.graphql(SEND_CODE, {"email": email}).error:
                    self.acknowledged.append(email)
            except client.Lost:
                pass


def end_once(server, load, number):
    """Ends the server, and follows its readiness. Returns seconds until it was unready and gone, and the exit code."""
    begun = time.monotonic()
    server.send(number)
    unready = None
    while server.process.poll() is None and time.monotonic() - begun < 60:
        elapsed = time.monotonic() - begun
        if unready is None and (status := server.readiness(timeout=1)) != 200:
            # No answer at all is too late: the port was closed before anybody could know.
            unready = elapsed if status == 503 else float("inf")
        if unready is not None and elapsed >= unready + NOTICED_AFTER:
            load.pause()
        time.sleep(0.05)
    load.pause()
    return unready or float("inf"), time.monotonic() - begun, server.process.returncode


def storm(world, report, server, session, rounds, number, mails=None):
    """Ends and starts the server again and again under load."""
    load = ask.Askers([ask.Asker(server, session, pause=0.015) for _ in range(10)])
    heedless = ask.Askers([ask.Asker(server, session) for _ in range(2)])
    mailer, results = Mailer(server, load.askers[0].may_ask), []
    with load, heedless:
        mailer.start()
        for _ in range(rounds):
            time.sleep(0.7)
            results.append(end_once(server, load, number))
            server.start()
            load.resume()
        mailer.ends.set()
        mailer.join()
    lost = load.failed()
    outcomes = {ended: times for ended, times in load.outcomes().items() if ended != "ok"}
    through = heedless.outcomes()
    unready, gone, codes = (list(values) for values in zip(*results))
    seconds = rounds * 0.7 + sum(min(time_unready + NOTICED_AFTER, time_gone) for time_unready, time_gone, _ in results)
    sent = len(load.results())
    figure = f"{rounds} signals, {sent:,} requests at {sent / seconds:.0f}/s, {lost} lost {outcomes or ''}"
    report.check(not lost, "AV-6", figure.rstrip())
    report.check(world.is_in_time(sent / seconds >= 300), "AV-6", f"{sent / seconds:.0f} requests/s on average")
    report.check(through.keys() <= {"ok", "refused"}, "AV-6", f"who asks until the port is closed: {through}")
    report.check(
        max(unready) < 2, "AV-6", f"readiness was 503 after {max(unready):.2f} s at most, before the port closed"
    )
    report.check(
        max(gone) <= 30 and set(codes) == {0},
        "AV-6",
        f"ended after {max(gone):.1f} s at most, exit codes {sorted(set(codes))}",
    )
    if mails:
        missing = wait_for_mails(mails, mailer.acknowledged)
        figure = f"{len(mailer.acknowledged)} mails acknowledged, {len(missing)} not sent"
        report.check(mailer.acknowledged and not missing, "AV-6", figure)


def wait_for_mails(folder, recipients):
    """The recipients who get no mail within half a minute."""
    for _ in range(300):
        text = "".join(file.read_text(errors="replace") for file in folder.iterdir() if file.is_file())
        missing = [email for email in recipients if email not in text]
        if not missing:
            break
        time.sleep(0.1)
    return missing


def end_twice(report, server):
    """A second signal ends the server at once."""
    server.send(signal.SIGTERM)
    time.sleep(0.3)
    still_runs = server.process.poll() is None
    begun = time.monotonic()
    server.send(signal.SIGTERM)
    server.process.wait(60)
    took = time.monotonic() - begun
    figure = "still runs after one signal" if still_runs else "has ended after one signal"
    report.check(still_runs and took <= 1, "AV-6", f"{figure}; a second one ends it after {took:.2f} s")


def main(world):
    """The storm, a second signal, and the control."""
    mails = world.path("mails")
    settings = {"mail__url": f"folder:{mails}", "mail__from": "accounts@example.com", "limits__rates": "false"}
    server = world.server(database.Sqlite(world.path("sqlite")), **settings)
    session = documents.User(server).session
    storm(world, world.report, server, session, world.size(2, 100), signal.SIGTERM, mails)
    world.report.control(
        "kill -9", lambda report: storm(world, report, server, session, 2, signal.SIGKILL), sees="requests at"
    )
    end_twice(world.report, server)


if __name__ == "__main__":
    program.run(main)
