"""WebSockets and event streams whose clients stop reading while large events come in.

WS-4: a thousand of them cost at most 128 MiB of memory, with events of 16 KiB. A WebSocket is dropped 10 s after its
client reads no more, and gone another 10 s later, when the close frame found no room, too; an event stream after 20 s.
Others get their events within a second (p99) and miss none. Whoever comes back with the number of the last event gets
all the others.
Each socket holds one event, two or three times. How large an event can be is tested in tests/it/websocket/operations.rs.
The short form has few sockets, and waits only until the user of ten stalled WebSockets may open another.
Control: clients that stop reading but to whom nothing is sent, and which therefore stay.
"""

import itertools
import time

from lib import ask, database, documents, program, stalled, websocket

READERS = 5
# The seconds until a client is gone, and some for buffers to fill.
GONE, FILL = 20, 10
# How long the short form waits, which may have a busy machine.
PATIENCE = 45
# How large the preferences of stalled users are, in bytes.
PREFS = 16_000


def open_stalled(server, users, connect):
    """Ten sockets of each user, of which nothing is read."""
    addresses = (f"198.51.{number >> 7}.{number & 127}" for number in itertools.count(129))
    return [connect(server, user, next(addresses)) for user in users for _ in range(stalled.PER_USER)]


def check_dropped(report, server, seconds, wanted, begun):
    """Waits until only so many WebSockets and event streams are open."""
    emptied = [None, None]
    while None in emptied and time.monotonic() - begun < seconds:
        for kind, count in enumerate(stalled.open_streams(server)):
            if count <= wanted[kind] and emptied[kind] is None:
                emptied[kind] = time.monotonic() - begun
        time.sleep(0.2)
    counts = stalled.open_streams(server)
    after = [f"gone after {at:.0f} s" if at else f"still open after {seconds} s" for at in emptied]
    figure = f"stalled WebSockets {after[0]}, event streams {after[1]}; {counts[0]} and {counts[1]} are open, of others {wanted}"
    report.check(None not in emptied, "WS-4", figure)


def check_makes_room(report, server, user, begun):
    """Waits until the user of ten stalled WebSockets may open another."""
    end = begun + PATIENCE
    while time.monotonic() < end:
        try:
            websocket.WebSocket(server, "198.18.0.1", **{"x-appwrite-session": user.session}).close()
        except (websocket.Closed, RuntimeError):
            time.sleep(0.3)
            continue
        figure = f"ten stalled WebSockets leave room after {time.monotonic() - begun:.1f} s"
        report.check(time.monotonic() - begun >= 5, "WS-4", figure)
        return
    report.check(False, "WS-4", f"ten stalled WebSockets leave no room within {PATIENCE} s")


def check_catch_up(report, server, user):
    """Whoever comes back gets every event since the last one."""
    opened = websocket.WebSocket(server, "198.18.0.2", **{"x-appwrite-session": user.session})
    opened.subscribe("events", stalled.EVENTS_SINCE, {"after": 1})
    count = len(server_log(server, user)) - 1
    numbers = [opened.receive()["payload"]["data"]["accountEvents"]["number"] for _ in range(count)]
    report.check(numbers == list(range(2, count + 2)), "WS-4", f"{count} events since the first, none missing")


def server_log(server, user):
    """The user's log."""
    document = '{ accountListLogs(queries: ["limit(5000)"]) { logs { event } } }'
    return documents.ask(server.client(session=user.session), document)["logs"]


def measure(world, server, users):
    """Stalls clients, sends events, and reports what that costs, and whom."""
    readers = [stalled.Reader(server, number) for number in range(READERS)]
    changes = stalled.Changes(server, users, PREFS)
    for reader in readers:
        reader.start()
    time.sleep(world.size(1, 10))
    before = server.memory()
    half = len(users) // 2
    sockets = open_stalled(server, users[:half], stalled.connect_websocket)
    sockets += open_stalled(server, users[half:], stalled.connect_event_stream)
    opened, opened_at = server.memory(), time.monotonic()
    changes.start()
    if world.is_long:
        # By then the buffers of most are full.
        while changes.rounds < 5:
            time.sleep(0.1)
        check_dropped(world.report, server, GONE + FILL, [READERS, 0], time.monotonic())
    else:
        check_makes_room(world.report, server, users[0], opened_at)
    ended_at = time.monotonic()
    peak = server.peak_memory()
    changes.ends.set()
    changes.join(30)
    for reader in readers:
        reader.ends.set()
    for reader in readers:
        reader.join(30)
    figure = (
        f"{len(sockets)} stalled sockets, {changes.rounds} events of {PREFS >> 10} KiB for each: memory {before:.0f} MiB "
        f"before, {opened:.0f} MiB when they are open, at most {peak:.0f} MiB"
    )
    world.report.check(changes.rounds > 1 and peak - before <= 128, "WS-4", figure)
    arrivals = [arrival for reader in readers for arrival in reader.arrivals]
    idle = ask.p99(seconds for at, seconds in arrivals if at < opened_at)
    meanwhile = [seconds for at, seconds in arrivals if opened_at <= at <= ended_at]
    missed, p99 = sum(reader.missed for reader in readers), ask.p99(meanwhile)
    figure = f"others: {len(meanwhile)} events, {missed} missed, p99 {idle:.0f} ms before, {p99:.0f} ms meanwhile"
    world.report.check(not missed and world.is_in_time(p99 <= 1000), "WS-4", figure)
    check_catch_up(world.report, server, users[0])
    for one in sockets:
        one.close()


def main(world):
    """Stalled sockets, and the control."""
    server = world.server(database.Sqlite(world.path("sqlite")), limits__rates="false")
    users = [documents.User(server) for _ in range(world.size(4, 100))]
    measure(world, server, users)
    quiet = [documents.User(server) for _ in range(2)]
    begun = time.monotonic()
    kept = open_stalled(server, quiet[:1], stalled.connect_websocket)
    kept += open_stalled(server, quiet[1:], stalled.connect_event_stream)
    world.report.control(
        "nothing is sent",
        lambda report: check_dropped(report, server, world.size(1, GONE + FILL), [0, 0], begun),
        sees="stalled WebSockets still open",
    )
    for one in kept:
        one.close()
    world.report.check(not server.faults(), "WS-4", f"{len(server.faults())} panics")


if __name__ == "__main__":
    program.run(main)
