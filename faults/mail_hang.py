"""The mail server and the SMS provider hang: they accept connections and send nothing.

AV-7: accountGet and sign-in are as quick as before; p99 grows by at most 10%, or by 2 ms where that is more. Before
and meanwhile the same messages are requested; before, the connections end at once.
Times are checked in the long form only, which needs a release build and an idle machine.
Control: the same comparison with a server that is frozen for 700 ms in every 850 ms; it must see the difference.
"""

import signal
import socket
import threading
import time

from lib import ask, database, documents, program

SEND_CODE = 'mutation($email: String!) { accountCreateEmailToken(userId: "unique()", email: $email) { _id } }'
SEND_SMS = 'mutation($phone: String!) { accountCreatePhoneToken(userId: "unique()", phone: $phone) { _id } }'
EMAIL = "ada@example.com"


class Hung:
    """A server that sends nothing: at first it ends each connection at once, then it hangs."""

    def __init__(self, world):
        self.port = world.port()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.hangs = False
        self.taken = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            if self.hangs:
                self.taken.append(connection)
            else:
                connection.close()


class Sender(threading.Thread):
    """Requests an e-mail and an SMS periodically, each to a new recipient."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.connection = server.client()
        self.seconds = []
        self.failures = []
        self.ends = threading.Event()

    def run(self):
        """Sends requests until it is stopped."""
        number = 0
        while not self.ends.wait(0.5):
            number += 1
            for document, variables in (
                (SEND_CODE, {"email": f"user{number}@example.com"}),
                (SEND_SMS, {"phone": f"+1415555{number:04}"}),
            ):
                answer = self.connection.graphql(document, variables)
                self.seconds.append(answer.seconds)
                if answer.error:
                    self.failures.append(answer.error)


def measure(server, session, seconds):
    """The p99 of accountGet and of sign-in, in milliseconds, and how many requests failed."""
    sign_in = ask.Asker(server, None, documents.SIGN_IN, {"email": EMAIL, "password": documents.PASSWORD}, pause=0.1)
    with ask.Askers([sign_in]) as sign_ins, ask.Askers([ask.Asker(server, session)]) as reads:
        time.sleep(seconds)
    return reads.p99(), sign_ins.p99(), reads.failed() + sign_ins.failed()


def compare(report, name, before, during, checks_times=True):
    """Reports how two measurements compare."""
    for what, old, new in zip(("accountGet", "sign-in"), before, during):
        is_same = new - old <= max(0.1 * old, 2)
        report.check(
            is_same or not checks_times, "AV-7", f"{name}: {what}'s p99 {old:.1f} ms before, {new:.1f} ms meanwhile"
        )
    report.check(not before[2] + during[2], "AV-7", f"{name}: {before[2] + during[2]} requests failed")


def frozen_now_and_then(server, session, seconds):
    """Measures a server that is frozen for a moment again and again."""
    ends = threading.Event()

    def freeze():
        while not ends.wait(0.15):
            server.send(signal.SIGSTOP)
            time.sleep(0.7)
            server.send(signal.SIGCONT)

    thread = threading.Thread(target=freeze, daemon=True)
    thread.start()
    measured = measure(server, session, seconds)
    ends.set()
    thread.join()
    return measured


def main(world):
    """Before, with messages that wait for hung servers, and the control."""
    hung, hung_sms = Hung(world), Hung(world)
    settings = {
        "mail__url": f"smtp://127.0.0.1:{hung.port}",
        "mail__from": "accounts@example.com",
        "sms__url": f"http://127.0.0.1:{hung_sms.port}/",
        "sms__per_country_daily": 10_000,
        "sms__daily": 10_000,
        "limits__rates": "false",
    }
    server = world.server(database.Sqlite(world.path("sqlite")), **settings)
    server.client().graphql(documents.SIGN_UP, {"id": "ada", "email": EMAIL, "password": documents.PASSWORD})
    session, seconds = documents.User(server).session, world.size(2, 60)
    sender = Sender(server)
    sender.start()
    before = measure(server, session, seconds)
    hung.hangs = hung_sms.hangs = True
    time.sleep(1)
    during = measure(server, session, seconds)
    sender.ends.set()
    sender.join()
    figure = (
        f"the mail server holds {len(hung.taken)} connections, that of text messages {len(hung_sms.taken)}; "
        f"{len(sender.seconds)} messages were accepted, each within {max(sender.seconds) * 1000:.0f} ms, "
        f"{len(sender.failures)} refused {sorted(set(sender.failures)) or ''}"
    )
    world.report.check(hung.taken and hung_sms.taken and not sender.failures, "AV-7", figure.rstrip())
    compare(world.report, "hung mail server", before, during, checks_times=world.is_long)
    slow = frozen_now_and_then(server, session, seconds)
    # Where other work made one of the two slow, the other is what to compare with.
    steady = tuple(map(min, before, during))
    world.report.control("a server that stumbles", lambda report: compare(report, "stumbling", steady, slow), sees="p99")


if __name__ == "__main__":
    program.run(main)
