"""Processes as /proc shows them."""

import contextlib
import os


def descendants(parent):
    """The ids of all living children of a process, and of their children."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(f"/proc/{name}/stat", encoding="latin-1") as stat:
                    state, its_parent = stat.read().rsplit(")", 1)[1].split()[:2]
                if state != "Z":
                    children.setdefault(int(its_parent), []).append(int(name))
    found = []
    for child in children.get(parent, []):
        found += [*descendants(child), child]
    return found


def signal(pids, number):
    """Sends a signal to each process that still lives."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
