"""The mail server hangs: it takes connections and says nothing, while mails wait.

AV-7: accountGet and sign-in are as quick as before; p99 changes by at most 10%, or by 2 ms where that is more.
Times are checked in the long form only, which wants a release build and a machine without other work.
Control: the same comparison with a server that is frozen for 300 ms in every 450 ms; it must see the difference.
"""

import signal
import socket
import threading
import time

from lib import ask, database, documents, program

SEND_CODE = 'mutation($email: String!) { accountCreateEmailToken(userId: "unique()", email: $email) { _id } }'
EMAIL = "ada@example.com"


class Hung:
    """A mail server that answers nothing."""

    def __init__(self, world):
        self.port = world.port()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.taken = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            self.taken.append(self.listener.accept()[0])


def measure(server, session, seconds):
    """The p99 of accountGet and of sign-in, in milliseconds, and how many requests failed."""
    sign_in = ask.Asker(server, None, documents.SIGN_IN, {"email": EMAIL, "password": documents.PASSWORD}, pause=0.1)
    with ask.Askers([sign_in]) as sign_ins, ask.Askers([ask.Asker(server, session)]) as reads:
        time.sleep(seconds)
    return reads.p99(), sign_ins.p99(), reads.failed() + sign_ins.failed()


def compare(report, name, before, during, checks_times=True):
    """Reports how two measurements compare."""
    for what, old, new in zip(("accountGet", "sign-in"), before, during):
        is_same = abs(new - old) <= max(0.1 * old, 2)
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
            time.sleep(0.3)
            server.send(signal.SIGCONT)

    thread = threading.Thread(target=freeze, daemon=True)
    thread.start()
    measured = measure(server, session, seconds)
    ends.set()
    thread.join()
    return measured


def main(world):
    """Before, with mails that wait for a hung server, and the control."""
    hung = Hung(world)
    settings = {
        "mail__url": f"smtp://127.0.0.1:{hung.port}",
        "mail__from": "accounts@example.com",
        "limits__rates": "false",
    }
    server = world.server(database.Sqlite(world.path("sqlite")), **settings)
    server.client().graphql(documents.SIGN_UP, {"id": "ada", "email": EMAIL, "password": documents.PASSWORD})
    session, seconds = documents.User(server).session, world.size(2, 60)
    before = measure(server, session, seconds)
    connection, slowest = server.client(), 0.0
    for number in range(50):
        answer = connection.graphql(SEND_CODE, {"email": f"user{number}@example.com"})
        slowest = max(slowest, answer.seconds)
    during = measure(server, session, seconds)
    world.report.check(
        hung.taken,
        "AV-7",
        f"the mail server holds {len(hung.taken)} connections; a mail is accepted within {slowest * 1000:.0f} ms",
    )
    compare(world.report, "hung mail server", before, during, checks_times=world.is_long)
    slow = frozen_now_and_then(server, session, seconds)
    world.report.control("a server that stumbles", lambda report: compare(report, "stumbling", before, slow))


if __name__ == "__main__":
    program.run(main)
