"""A flood of sign-ins from 2,000 addresses, first at 200 a second, then at ten times the server's maximum rate.

AV-1: accountGet's p99 stays within five times its idle p99, without an error; at least 30 sign-ins/s finish, the
others get 503 or 429 within 250 ms; memory stays below 512 MiB at its peak.
AV-2: at ten times the best rate at least 80% of it is done, p99 of what is accepted is at most 1 s, and latency is
back within 10 s of the end. Rate limits are off; otherwise they would refuse most calls, which costs nothing.
Times count from the moment when a request was due. They are checked in the long form only, which needs a release build
and an idle machine; the requests come from the same machine.
Control: the same flood of a server that hashes without a bound (`password.concurrent` of 64); its memory must show.
"""

import threading
import time

from lib import ask, client, database, documents, flood, program

FACTOR = 10
# How much longer than planned a flood may take until its last answer.
MAX_DELAY = 5


def sign_in(connection, user):
    """Signs a user in. Returns whether it succeeded."""
    variables = {"email": flood.email(user), "password": documents.PASSWORD}
    try:
        return not connection.graphql(documents.SIGN_IN, variables).error
    except client.Lost:
        return False


def prepare(world, **settings):
    """A server with some users, and a session."""
    server = world.server(database.Sqlite(world.path("sqlite")), **settings)
    for number in range(flood.USERS):
        variables = {"id": "unique()", "email": flood.email(number), "password": documents.PASSWORD}
        if error := server.client(ip=f"192.0.2.{number + 1}").graphql(documents.SIGN_UP, variables).error:
            raise RuntimeError(error)
    return server, documents.User(server).session


def idle(server, session, seconds):
    """The p99 of accountGet while nothing else happens, in milliseconds."""
    with ask.Askers([ask.Asker(server, session)]) as readers:
        time.sleep(seconds)
    return readers.p99()


def bear(report, world, server, session, rate, seconds):
    """AV-1: a flood at a fixed rate, and what others notice."""
    before = idle(server, session, world.size(1, 10))
    with ask.Askers([ask.Asker(server, session) for _ in range(2)]) as readers:
        sent = flood.Flood(server, rate, seconds).run()
    done, refused = sent.count("ok"), sent.count("503", "429")
    others = len(sent.results) - done - refused
    figure = (
        f"{rate} sign-ins/s for {seconds} s, offered in {sent.took:.1f} s: {done / sent.took:.0f}/s done, "
        f"{refused} refused, {others} ended otherwise"
    )
    in_time = world.is_in_time(done >= 30 * sent.took and sent.took <= seconds + MAX_DELAY)
    report.check(done and not others and in_time, "AV-1", figure)
    if refused:
        p99 = ask.p99(sent.seconds_of("503", "429"))
        report.check(world.is_in_time(p99 <= 250), "AV-1", f"refusals: p99 {p99:.0f} ms")
    figure = (
        f"accountGet: p99 {before:.1f} ms idle, {readers.p99():.1f} ms meanwhile; "
        f"{readers.failed()} of {len(readers.results())} failed"
    )
    report.check(not readers.failed() and world.is_in_time(readers.p99() <= 5 * before), "AV-1", figure)
    memory = server.peak_memory()
    report.check(memory <= 512, "AV-1", f"memory at most {memory:.0f} MiB")


def best_rate(server, seconds):
    """How many sign-ins a second are done by a few clients without pause."""
    done, end, lock = [0], time.monotonic() + seconds, threading.Lock()

    def run(number):
        connection = server.client(ip=f"203.0.113.{number + 1}")
        while time.monotonic() < end:
            has_succeeded = sign_in(connection, number)
            with lock:
                done[0] += has_succeeded

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(flood.USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0] / seconds


def overload(report, server, session, seconds, settle=20):
    """AV-2: ten times what can be done."""
    before = idle(server, session, 5)
    best = best_rate(server, settle)
    sent = flood.Flood(server, FACTOR * best, seconds).run()
    ended_at, goodput = time.monotonic(), sent.count("ok") / sent.took
    while (after := idle(server, session, 1)) > 2 * before and time.monotonic() - ended_at < 10:
        pass
    back = time.monotonic() - ended_at
    others = len(sent.results) - sent.count("ok", "503")
    figure = (
        f"{sent.offered:.0f} sign-ins/s offered for {sent.took:.1f} s: {goodput:.0f}/s done, "
        f"{goodput / best:.0%} of the best rate {best:.0f}/s; {others} ended other than well or with 503"
    )
    is_whole = sent.took <= seconds + MAX_DELAY and not others
    report.check(best and goodput >= 0.8 * best and is_whole, "AV-2", figure)
    p99 = ask.p99(sent.seconds_of("ok"))
    report.check(p99 <= 1000, "AV-2", f"p99 of what is accepted {p99:.0f} ms")
    figure = f"accountGet: p99 {before:.1f} ms before, {after:.1f} ms after {back:.0f} s"
    report.check(after <= 2 * before, "AV-2", figure)


def main(world):
    """Both floods, and a server without a bound."""
    server, session = prepare(world)
    bear(world.report, world, server, session, 200, world.size(1, 300))
    server.kill()
    if world.is_long:
        server, session = prepare(world, limits__rates="false")
        overload(world.report, server, session, 300)
        server.kill()
    unbounded, its_session = prepare(world, limits__rates="false", password__queue=2_000, password__concurrent=64)
    world.report.control(
        "hashes without a bound",
        lambda report: bear(report, world, unbounded, its_session, 400, world.size(1, 3)),
        sees="memory",
    )


if __name__ == "__main__":
    program.run(main)
