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
        self.taken, self.held = [], 0
        threading.Thread(target=self._accept, daemon=True).start()

    def rest(self):
        """Ends all connections, and each new one at once."""
        self.hangs = False
        self.held += len(self.taken)
        while self.taken:
            self.taken.pop().close()

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


class Times:
    """How long accountGet and sign-in took, over several spans."""

    def __init__(self):
        self.reads, self.sign_ins, self.failed = [], [], 0

    def measure(self, server, session, seconds):
        """Adds a span."""
        variables = {"email": EMAIL, "password": documents.PASSWORD}
        sign_in = ask.Asker(server, None, documents.SIGN_IN, variables, pause=0.1)
        with ask.Askers([sign_in]) as sign_ins, ask.Askers([ask.Asker(server, session)]) as reads:
            time.sleep(seconds)
        self.reads += [took for _, took, _ in reads.results()]
        self.sign_ins += [took for _, took, _ in sign_ins.results()]
        self.failed += reads.failed() + sign_ins.failed()

    def p99(self):
        """The p99 of accountGet and of sign-in, in milliseconds."""
        return ask.p99(self.reads), ask.p99(self.sign_ins)


def compare(report, name, before, during, checks_times=True):
    """Reports how the times of two situations compare."""
    for what, old, new in zip(("accountGet", "sign-in"), before.p99(), during.p99()):
        is_same = new - old <= max(0.1 * old, 2)
        report.check(
            is_same or not checks_times, "AV-7", f"{name}: {what}'s p99 {old:.1f} ms before, {new:.1f} ms meanwhile"
        )
    report.check(not before.failed + during.failed, "AV-7", f"{name}: {before.failed + during.failed} requests failed")


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
    measured = Times()
    measured.measure(server, session, seconds)
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
    session, seconds = documents.User(server).session, world.size(2, 20)
    sender = Sender(server)
    sender.start()
    before, during = Times(), Times()
    # In turns, so that other work of the machine falls on both alike.
    for _ in range(world.size(1, 6)):
        hung.rest()
        hung_sms.rest()
        before.measure(server, session, seconds)
        hung.hangs = hung_sms.hangs = True
        time.sleep(1)
        during.measure(server, session, seconds)
    sender.ends.set()
    sender.join()
    hung.rest()
    hung_sms.rest()
    figure = (
        f"the mail server held {hung.held} connections, that of text messages {hung_sms.held}; "
        f"{len(sender.seconds)} messages were accepted, each within {max(sender.seconds) * 1000:.0f} ms, "
        f"{len(sender.failures)} refused {sorted(set(sender.failures)) or ''}"
    )
    world.report.check(hung.held and hung_sms.held and not sender.failures, "AV-7", figure.rstrip())
    compare(world.report, "hung mail server", before, during, checks_times=world.is_long)
    slow = frozen_now_and_then(server, session, seconds)
    world.report.control("a server that stumbles", lambda report: compare(report, "stumbling", before, slow), sees="p99")


if __name__ == "__main__":
    program.run(main)
