"""Single bytes of the SQLite file are flipped while the server is stopped.

DU-9: of 1,000 flips none leads to a wrong login: no wrong password and no ended session is accepted, and nobody is shown
another user's row. Each is refused at start, answered with an error, or does no harm; no start hangs or crashes. SQLite
keeps no checksums: a flip within a text changes that text, or refuses a valid credential, and is only counted.
About one flip in a thousand makes an index name another user's row. Such flips are made on purpose, too.
Control: a sound file in which two users have each other's name.
"""

import collections
import concurrent.futures
import random

from lib import flips, program

WORKERS = 3
USERS = 8
BAD = ("wrong login", "foreign row", "crashed", "hung")


def random_flips(copy, count):
    """Flips as chance has them, half of them where the file isn't empty."""
    filled = [offset for offset, byte in enumerate(copy.whole) if byte]
    found = []
    for number in range(count):
        offset = random.choice(filled) if number % 2 else random.randrange(len(copy.whole))
        value = copy.whole[offset] ^ (1 << random.randrange(8) if number % 4 < 2 else random.randrange(1, 256))
        found.append((f"{offset}={value}", *copy.flip(offset, value)))
    return found


def check(report, found, name):
    """Reports what flips have led to."""
    kinds = collections.Counter(kind for _, kind, _ in found)
    bad = [f"{flip}: {kind}, {why}" for flip, kind, why in found if kind in BAD]
    figure = f"{name}: {len(found):,} flips: {dict(kinds.most_common())} {bad[:3] or ''}"
    report.check(found and not bad, "DU-9", figure.rstrip(), is_final=bool(kinds["wrong login"]))
    for kind in kinds.keys() - {"harmless"}:
        reasons = collections.Counter(flips.reason(why) for _, other, why in found if other == kind)
        report.note(f"{kind}: " + "; ".join(f"{count} {reason}" for reason, count in reasons.most_common(6)))


def main(world):
    """Flips by several servers at once, each with a file of its own."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        copies = list(pool.map(lambda _: flips.Copy(world, world.size(3, USERS)), range(WORKERS)))
        each = world.size(40, 1_000) // WORKERS + 1
        found = [one for part in pool.map(lambda copy: random_flips(copy, each), copies) for one in part]
    check(world.report, found, "random bytes")
    pointers = copies[0].pointers()[:world.size(2, 100)]
    pointed = [(f"{offset}={row}", *copies[0].flip(offset, row)) for offset, row in pointers]
    check(world.report, pointed, "rows named by an index")
    exchanged = [("names of two users", *copies[0].take(copies[0].exchanged()))]
    world.report.control(
        "exchanged names", lambda report: check(report, exchanged, "made"), sees="foreign row, session"
    )
    world.report.check(not any(copy.server.faults() for copy in copies), "DU-9", "no panics")


if __name__ == "__main__":
    program.run(main)
