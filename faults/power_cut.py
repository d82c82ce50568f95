"""Power cuts under load: the file system of the database is on an image, which is copied at a random moment.

DU-2: of 100 cuts at the default settings no acknowledged write is lost. What the file system has not written to the
image yet is not in the copy, as after a cut.
Control: the same with a separate writer on `synchronous = NORMAL`, which SQLite says may lose commits; losses must
show.
"""

import contextlib
import random
import signal
import sqlite3
import subprocess
import threading
import time

from lib import database, program, writes


class Disk:
    """An image with ext4, and where it is mounted."""

    def __init__(self, world):
        folder = world.path("disk")
        self.world = world
        self.image, self.mounted = folder / "image", folder / "mounted"
        self.mounted.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(96 << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    @classmethod
    def after_a_cut(cls, world, disk):
        """What is on the disk now, without what is still in flight."""
        copied = cls.__new__(cls)
        folder = world.path("disk")
        copied.world = world
        copied.image, copied.mounted = folder / "image", folder / "mounted"
        copied.mounted.mkdir()
        run("cp", "--sparse=always", disk.image, copied.image)
        return copied

    def mount(self):
        """Mounts the image, whose file system repairs itself by its journal."""
        run("mount", "-o", "loop", self.image, self.mounted)
        self.world.ends.callback(self.unmount)

    def unmount(self):
        """Unmounts the image and removes it."""
        subprocess.run(["umount", "--lazy", self.mounted], stderr=subprocess.DEVNULL, check=False)
        self.image.unlink(missing_ok=True)


def run(*command):
    """Runs a command that must succeed."""
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def cut_server(world, cuts):
    """Cuts the power of a server under load, with the disk of the last cut."""
    acknowledged = lost = 0
    disk = Disk(world)
    server = world.server(database.Sqlite(disk.mounted), limits__rates="false")
    failures = []
    for _ in range(cuts):
        with writes.Load([server], 6) as load:
            time.sleep(random.uniform(0.2, 0.8))
            # The journal first: what is acknowledged after it is not looked for.
            server.send(signal.SIGSTOP)
            copied = Disk.after_a_cut(world, disk)
            server.kill()
        copied.mount()
        store = database.Sqlite(copied.mounted)
        comparison = writes.Comparison(store, load.writers)
        acknowledged += comparison.acknowledged
        lost += comparison.lost
        if not comparison.is_clean() or not store.is_sound():
            failures.append(str(comparison))
        disk.unmount()
        disk, server.environment["ACCOUNTD_DATABASE__URL"] = copied, store.url
        server.start()
    server.kill()
    disk.unmount()
    figure = f"{cuts} cuts, {acknowledged:,} acknowledged writes, {lost} lost {failures[:1] or ''}".rstrip()
    world.report.check(acknowledged and not failures, "DU-2", figure, is_final=bool(failures))


class OwnWriter(threading.Thread):
    """Commits numbers into a table on one connection, and knows the last one that was acknowledged."""

    def __init__(self, file, synchronous):
        super().__init__(daemon=True)
        self.file, self.synchronous = file, synchronous
        self.last = 0
        # Whoever holds it copies the disk.
        self.turn = threading.Lock()
        self.ends = threading.Event()

    def run(self):
        """Commits until it is stopped."""
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")
        connection.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY)")
        while not self.ends.is_set():
            with self.turn:
                connection.execute("INSERT INTO numbers VALUES (?)", (self.last + 1,))
                self.last += 1
            # Or the lock is taken anew before anybody else can have it.
            time.sleep(0)
        connection.close()


def cut_own_writer(world, report, synchronous, cuts):
    """Cuts the power of a separate writer, until it has lost something: at some moments nothing is in flight."""
    lost = acknowledged = done = 0
    while done < cuts and not lost:
        done += 1
        disk = Disk(world)
        writer = OwnWriter(disk.mounted / "own.db", synchronous)
        writer.start()
        time.sleep(random.uniform(0.3, 0.8))
        with writer.turn:
            last = writer.last
            copied = Disk.after_a_cut(world, disk)
        writer.ends.set()
        writer.join()
        copied.mount()
        found = 0
        with (
            contextlib.closing(sqlite3.connect(copied.mounted / "own.db")) as connection,
            contextlib.suppress(sqlite3.Error),
        ):
            found = connection.execute("SELECT coalesce(max(number), 0) FROM numbers").fetchone()[0]
        acknowledged += last
        lost += max(0, last - found)
        copied.unmount()
        disk.unmount()
    report.check(
        acknowledged and not lost,
        "DU-2",
        f"synchronous = {synchronous}: {done} cuts, {acknowledged:,} acknowledged commits, {lost:,} lost",
    )


def main(world):
    """The server, and two separate writers: one as careful as the server, one not."""
    cut_server(world, world.size(2, 100))
    cut_own_writer(world, world.report, "FULL", 1)
    world.report.control(
        "synchronous = NORMAL", lambda report: cut_own_writer(world, report, "NORMAL", 8), sees="acknowledged commits"
    )


if __name__ == "__main__":
    program.run(main)
