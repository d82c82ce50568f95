"""A backup under a load of writes, and a restore of it into an empty place.

DU-8: the backup has every write that was acknowledged before it began, each with its row of the log; the restored
file is sound; no session and no JWT of the backup is accepted; a backup that was copied into place by hand is refused
until it is accepted; a database of 10^6 users is restored within 5 min. What was written after the backup is lost:
the loss window is the interval.
Control: the same comparison with the journal from after the backup; it must find missing writes.
"""

import copy
import shutil
import subprocess
import time

from lib import database, documents, many, program, writes


def snapshot(writers):
    """The journals as they are now."""
    copies = []
    for writer in writers:
        now = copy.copy(writer)
        now.acknowledged, now.refused, now.created = (
            dict(writer.acknowledged),
            dict(writer.refused),
            list(writer.created),
        )
        copies.append(now)
    return copies


def back_up(world, store):
    """Backs up under load. Returns the server, which is gone, the file, credentials, and the journals before and after."""
    server = world.server(store, limits__rates="false")
    file = world.path("backup") / "accountd.backup"
    with writes.Load([server], 6) as load:
        credentials = open_jwts(server, load)
        time.sleep(1)
        before = snapshot(load.writers)
        code, output, took = server.run("backup", file)
        time.sleep(1)
    world.report.check(
        code == 0, "DU-8", f"backup under load: exit code {code}, {took:.2f} s, {output.splitlines()[:1]}"
    )
    slowest = load.slowest()
    world.report.check(
        not load.count("refused") + load.count("unanswered"),
        "DU-8",
        f"writes meanwhile: none failed, slowest {slowest:.2f} s",
    )
    server.kill()
    return server, file, credentials, before, load.writers


def open_jwts(server, load):
    """The credentials of a load's users: their sessions, and a JWT of each."""
    sessions = [{"session": writer.user.session} for writer in load.writers]
    answers = [server.client(**session).graphql(documents.CREATE_JWT) for session in sessions]
    return sessions + [{"jwt": answer.data["jwt"]} for answer in answers]


def check_shut_out(report, server, credentials, name):
    """Reports whether each of the credentials is refused."""
    codes = [server.client(**one).graphql(documents.GET).code for one in credentials]
    accepted = sum(code != 401 for code in codes)
    report.check(
        codes and not accepted,
        "DU-8",
        f"{name}: {accepted} of {len(codes)} sessions and JWTs accepted, codes {sorted(set(codes))}",
        is_final=True,
    )


def refuses_by_hand(world, file, credentials):
    """Copies the backup into place by hand, and starts with and without the flag."""
    store = database.Sqlite(world.path("by-hand"))
    shutil.copy(file, store.file)
    server = world.prepared(store, limits__rates="false")
    server.launch()
    try:
        code = server.process.wait(10)
    except subprocess.TimeoutExpired:
        code = None
    lines = server.log().strip().splitlines()
    world.report.check(
        code not in (None, 0),
        "DU-8",
        f"a copy in place is refused: exit code {code}, {lines[-1][:120] if lines else ''}",
    )
    server.kill()
    server.launch("serve", "--accept-restored")
    server.wait()
    check_shut_out(world.report, server, credentials, "with --accept-restored it starts")
    server.kill()


def many_users(world, count):
    """Times a backup and a restore of a large database."""
    store = database.Sqlite(world.path("many"))
    server = world.server(store, limits__rates="false")
    server.stop()
    many.fill(store, count)
    file = world.path("backup") / "many.backup"
    code, output, took_backup = server.run("backup", file)
    world.report.check(
        code == 0, "DU-8", f"backup of {count:,} users: {took_backup:.1f} s {output if code else ''}".rstrip()
    )
    target = database.Sqlite(world.path("many"))
    server.environment["ACCOUNTD_DATABASE__URL"] = target.url
    code, output, took = server.run("restore", file)
    begun = time.monotonic()
    server.start(timeout=300)
    took += time.monotonic() - begun
    users = int(target.rows("SELECT count(*) FROM users")[0][0])
    figure = f"restore of {users:,} users, {file.stat().st_size >> 20} MiB: {took:.1f} s until it serves"
    world.report.check(code == 0 and users == count and took <= 300, "DU-8", figure)


def main(world):
    """Backup, restore, copy by hand, and a large database."""
    server, file, credentials, before, after = back_up(world, database.Sqlite(world.path("sqlite")))
    store = database.Sqlite(world.path("restored"))
    server.environment["ACCOUNTD_DATABASE__URL"] = store.url
    code, output, took = server.run("restore", file)
    world.report.check(code == 0, "DU-8", f"restore: exit code {code}, {took:.2f} s {output if code else ''}".rstrip())
    server.start()
    # Writes that were under way or came later may be in the backup or not; the journal before it has to be.
    writes.check(world.report, "DU-8", store, before, ", restored")
    world.report.check(store.is_sound(), "DU-8", "the restored file is sound")
    check_shut_out(world.report, server, credentials, "of the backup")
    world.report.control(
        "the journal of after the backup", lambda report: writes.check(report, "DU-8", store, after), sees=" lost"
    )
    fresh = [{"session": documents.User(server).session}]
    world.report.control(
        "a session of after the restore",
        lambda report: check_shut_out(report, server, fresh, "of now"),
        sees="1 of 1 sessions and JWTs accepted",
    )
    server.kill()
    refuses_by_hand(world, file, credentials)
    many_users(world, world.size(20_000, 1_000_000))


if __name__ == "__main__":
    program.run(main)
