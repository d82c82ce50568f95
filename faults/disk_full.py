"""disk full: the file system of the database has no room while requests arrive, and later has room again.

DU-4: no acknowledgement of a failed commit; writes are answered with 503 `general_server_busy` and `Retry-After`,
readiness is 503, reads go on; within 5 s of space being back writes are acknowledged, and all that was acknowledged
survives a kill -9.
Control: the same comparison after an acknowledged write was removed by hand; the same check of refusals on a disk
with room.
"""

import collections
import subprocess
import time

from lib import client, database, documents, program, writes

SIZE = "24m"
# How long writes may go on in the room that SQLite's files have already, in seconds; how long refusals are watched; from
# when on the last byte is used up.
TIMEOUT, REFUSED_FOR, SETTLED_AFTER = 40, 4, 1


def fill(folder):
    """Takes all the room that the file system has."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while filler.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass


def refuses(report, server, writer, timeout):
    """Writes until a write is refused, then for some seconds more, and looks at what is refused and what goes on."""
    reader = server.client(session=writer.user.session)
    refusals, readiness, reads, end = [], collections.Counter(), [], time.monotonic() + timeout
    while time.monotonic() < end:
        answer = writer.write()
        if answer and answer.error:
            if not refusals:
                end = time.monotonic() + REFUSED_FOR
            refusals.append((answer.error, answer.code, bool(answer.retry_after)))
            # At first a smaller write than a client's may still find room.
            if time.monotonic() > end - REFUSED_FOR + SETTLED_AFTER:
                readiness[server.readiness()] += 1
        try:
            reads.append(reader.graphql(documents.GET).error or "ok")
        except client.Lost as lost:
            reads.append(lost.kind)
        if refusals:
            time.sleep(0.03)
    found = sorted({" ".join(map(str, refusal)) for refusal in refusals})
    is_busy = set(refusals) == {("general_server_busy", 503, True)}
    report.check(is_busy, "DU-4", f"{len(refusals)} writes refused (type, code, with Retry-After): {found}")
    report.check(set(readiness) == {503}, "DU-4", f"readiness while the disk is full: {dict(readiness)}")
    report.check(set(reads) == {"ok"}, "DU-4", f"{len(reads)} reads meanwhile: {sorted(set(reads))}")


def recover(world, server, writer):
    """Writes until they are acknowledged again."""
    begun, answer = time.monotonic(), None
    while time.monotonic() - begun < 10:
        answer = writer.write()
        if answer and not answer.error:
            break
    took = time.monotonic() - begun
    is_back = bool(answer) and not answer.error
    world.report.check(
        is_back and took <= 5,
        "DU-4",
        f"space back: {'a write is acknowledged' if is_back else 'none'} after {took:.2f} s",
    )
    while server.readiness() != 200 and time.monotonic() - begun < 10:
        time.sleep(0.05)
    took = time.monotonic() - begun
    world.report.check(took <= 5, "DU-4", f"space back: readiness 200 after {took:.2f} s")
    for _ in range(50):
        writer.write()


def main(world):
    """A small file system that is filled and emptied."""
    folder = world.path("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], check=True)
    world.ends.callback(subprocess.run, ["umount", "--lazy", folder], check=False)
    store = database.Sqlite(folder)
    server = world.server(store, limits__rates="false")
    writer = writes.Writer(server)
    world.report.control("a disk with room", lambda report: refuses(report, server, writer, 1), sees="0 writes refused")
    for _ in range(world.size(1, 5)):
        fill(folder)
        refuses(world.report, server, writer, TIMEOUT)
        (folder / "filler").unlink()
        recover(world, server, writer)
    server.kill()
    server.start()
    writes.check(world.report, "DU-4", store, [writer], " after a full disk and a kill")
    world.report.check(store.is_sound(), "DU-4", "the file is sound")
    writes.forget_one(store, [writer])
    world.report.control(
        "one write removed", lambda report: writes.check(report, "DU-4", store, [writer]), sees=" 1 lost"
    )


if __name__ == "__main__":
    program.run(main)
