"""A wall clock for one server, which jumps while the server runs (libfaketime). The monotonic clock stays as it is."""

import glob
import os


class Clock:
    """The offset of a clock, read anew by the server at every look."""

    def __init__(self, world):
        self.file = world.path("clock") / "offset"
        self.set(0)
        (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds):
        """Lets the clock jump: so many seconds ahead of the machine's, or behind it."""
        # In one step, since the server may look at any moment.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        os.replace(fresh, self.file)
