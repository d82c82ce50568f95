"""A clock for one server, which jumps while the server runs (libfaketime)."""

import glob
import os


class Clock:
    """The offset of a clock, read anew by the server at every look.

    It is that of the wall clock alone; with `is_monotonic` that of the monotonic clock, too, as if time had passed.
    """

    def __init__(self, world, is_monotonic=False):
        self.file = world.path("clock") / "offset"
        self.set(0)
        (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1",
        }
        if not is_monotonic:
            self.environment |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def set(self, seconds):
        """Lets the clock jump: so many seconds ahead of the machine's, or behind it."""
        # In one step, since the server may look at any moment.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        os.replace(fresh, self.file)
