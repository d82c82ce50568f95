"""A server of its own for each run: a fresh folder, a free port on loopback, and its log in a file."""

import contextlib
import os
import pathlib
import re
import secrets
import subprocess
import tempfile
import time

DEV = {"ACCOUNTD_LIMITS__RATES": "false"}


def serve_settings(folder):
    """What `accountd serve` can't do without; all else stays as it comes."""
    return {
        "ACCOUNTD_PUBLIC_URL": "http://127.0.0.1",
        "ACCOUNTD_MASTER_SECRET": secrets.token_hex(32),
        "ACCOUNTD_MAIL__URL": "none:",
        "ACCOUNTD_DATABASE__URL": f"sqlite://{folder}/accountd.db",
    }


@contextlib.contextmanager
def started(command):
    """Runs `dev` without rate limits, or `serve` as it is set by default. Answers its address and its log."""
    with tempfile.TemporaryDirectory(prefix="accountd-") as folder:
        settings = DEV if command == "dev" else serve_settings(folder)
        others = {key: value for key, value in os.environ.items() if not key.startswith("ACCOUNTD")}
        env = {**others, "ACCOUNTD_LISTEN": "127.0.0.1:0", **settings}
        log = pathlib.Path(folder, "log")
        with log.open("wb") as out:
            binary = os.path.abspath(os.environ["ACCOUNTD"])
            server = subprocess.Popen([binary, command], cwd=folder, env=env, stdout=out, stderr=out)
        try:
            yield address(server, log), log
        finally:
            server.terminate()
            server.wait(timeout=60)


def address(server, log):
    """Where the server listens, as soon as it does."""
    for _ in range(600):
        found = re.search(r"listening on (http://[a-z0-9.]+:\d+)", log.read_text(errors="replace"))
        if found:
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"accountd did not start:\n{log.read_text(errors='replace')}")


def faults(log):
    """The lines of the log about panics and other server errors."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if "panicked" in line or re.search(r"\bERROR\b", line)]
