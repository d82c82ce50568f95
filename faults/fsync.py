"""fsync fails with EIO, and so do writes to the file: the state of the disk is then unknown to SQLite.

DU-4: no acknowledgement of a failed commit; the process ends with one line and an exit code that isn't 0, rather than
trying again; what was acknowledged before is there when the disk works again.
Control: the same check of a server whose disk works; it keeps running, and the check must report that.
"""

import subprocess
import time

from lib import database, documents, program, strace, writes

TIMEOUT = 5
WRITERS = 4


def ends_itself(report, server, name):
    """Whether the process has ended, and how."""
    try:
        code = server.process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        report.check(False, "DU-4", f"{name}: the process still runs after {TIMEOUT} s")
        return
    report.check(code > 0, "DU-4", f"{name}: the process has ended with exit code {code}")
    # The log is JSON; what the process says as it ends is for people.
    lines = [line for line in server.log().splitlines() if not line.startswith("{")]
    is_reported = len(lines) == 1 and "the disk has failed" in lines[0]
    report.check(is_reported, "DU-4", f"{name}: {len(lines)} lines beside the log: {lines[:1]}")


def break_calls(world, calls, name):
    """Lets system calls fail under load, and starts the server again on a disk that works."""
    store = database.Sqlite(world.path("sqlite"))
    server = world.server(store, limits__rates="false")
    with writes.Load([server], WRITERS) as load:
        time.sleep(0.5)
        with strace.Injection(world, server, calls, "EIO"):
            ends_itself(world.report, server, name)
    server.kill()
    server.start()
    # What SQLite had written before the error may have reached the file: the server can't know.
    writes.check(world.report, "DU-4", store, load.writers, f" after {name}", most_in_doubt=WRITERS)
    answer = server.client(session=load.writers[0].user.session).graphql(documents.GET)
    world.report.check(not answer.error and store.is_sound(), "DU-4", f"{name}: started again, the file is sound")


def main(world):
    """Both kinds of I/O error, then a disk that works."""
    break_calls(world, "fsync,fdatasync", "EIO of fsync")
    break_calls(world, "pwrite64", "EIO of write")
    server = world.server(database.Sqlite(world.path("sqlite")), limits__rates="false")
    world.report.control(
        "no I/O error", lambda report: ends_itself(report, server, "no I/O error"), sees="still runs"
    )


if __name__ == "__main__":
    program.run(main)
