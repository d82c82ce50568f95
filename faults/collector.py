"""The collector of traces hangs, answers 503, or redirects, while each request is traced.

No request fails or waits for it (p99 at most doubles), memory stays within 32 MiB of what it was, and log and metrics count
the spans that were lost. A redirect isn't followed. When the collector takes spans again, it gets them. A server whose
collector hangs ends within 15 s of SIGTERM.
Control: the same check of a collector that takes everything; it must report that no loss is logged.
"""

import collections
import http.server
import json
import re
import signal
import threading
import time

from lib import ask, client, database, documents, program

TAKE, HANG, BUSY, REDIRECT = "takes", "hangs", "answers 503", "redirects"
STATUS = {TAKE: 200, BUSY: 503, REDIRECT: 307}
MAX_GROWTH = 32


class Collector:
    """A collector, which counts the requests to each path."""

    def __init__(self, world):
        self.port, self.mode = world.port(), TAKE
        self.requests, self.waits = collections.Counter(), threading.Event()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers as the mode says."""

            def do_POST(self):
                collector.requests[self.path, collector.mode] += 1
                self.rfile.read(int(self.headers["content-length"]))
                if collector.mode == HANG:
                    collector.waits.wait()
                    return
                self.send_response(STATUS[collector.mode])
                self.send_header("Content-Length", "0")
                if collector.mode == REDIRECT:
                    self.send_header("Location", f"http://127.0.0.1:{collector.port}/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def set(self, mode):
        """Changes the mode. Those that wait are cut off when it no longer hangs."""
        if self.mode == HANG != mode:
            self.waits.set()
            self.waits = threading.Event()
        self.mode = mode


def lost(server):
    """How many spans the log says were lost."""
    lines = [json.loads(line) for line in server.log().splitlines() if "spans of traces were lost" in line]
    return sum(line.get("fields", line)["spans"] for line in lines)


def in_metrics(server):
    """How many spans the metrics count as lost, by the reason."""
    with_metrics = client.Client(server.metrics)
    text = with_metrics.request("GET", "/metrics").body.decode()
    with_metrics.close()
    found = re.findall(r'^accountd_trace_spans_lost_total\{reason="(\w+)"\} (\d+)', text, re.MULTILINE)
    return {reason: int(count) for reason, count in found if int(count)}


def bear(world, server, session, seconds):
    """Reads without pause, as many at once as a busy page causes. Returns them, and the growth of memory in MiB."""
    before = server.memory()
    with ask.Askers([ask.Asker(server, session, pause=0.001) for _ in range(8)]) as reads:
        time.sleep(seconds)
        after = server.memory()
    return reads, after - before


def check_loss(report, server, name, reason):
    """Reports the spans that the log has counted, and those that the metrics count, which are at least as many."""
    for _ in range(0 if report.is_quiet else 60):
        if lost(server):
            break
        time.sleep(0.5)
    counted = lost(server)
    report.check(counted > 0, "traces", f"{name}: the log counts {counted} lost spans")
    by_reason = in_metrics(server)
    is_counted = reason in by_reason and sum(by_reason.values()) >= counted
    report.check(is_counted, "traces", f"{name}: the metrics count {by_reason or 'none'}")


def start(world, collector):
    """A server whose requests are all traced, and a session."""
    endpoint = f"http://127.0.0.1:{collector.port}"
    server = world.server(database.Sqlite(world.path("sqlite")), otlp__endpoint=endpoint)
    session = documents.User(server).session
    bear(world, server, session, 2)
    return server, session


def main(world):
    """Each mode on a server of its own."""
    report = world.report
    # The log counts once a minute, and hung calls are given up after 47 s.
    for mode, seconds in ((HANG, world.size(5, 120)), (BUSY, world.size(9, 60)), (REDIRECT, world.size(4, 60))):
        collector = Collector(world)
        server, session = start(world, collector)
        calm, _ = bear(world, server, session, world.size(2, 20))
        collector.set(mode)
        reads, growth = bear(world, server, session, seconds)
        name = f"the collector {mode}"
        figure = f"{name}: {reads.failed()} of {len(reads.results()):,} reads failed"
        report.check(not reads.failed() and reads.results(), "traces", figure)
        figure = f"{name}: p99 of reads {calm.p99():.1f} ms before, {reads.p99():.1f} ms meanwhile"
        report.check(world.is_in_time(reads.p99() <= 2 * calm.p99()), "traces", figure)
        report.check(growth <= MAX_GROWTH, "traces", f"{name}: memory grows by {growth:.1f} MiB")
        if mode != HANG or world.is_long:
            check_loss(report, server, name, "rejected" if mode == REDIRECT else "unavailable")
        if mode == REDIRECT:
            followed = sum(count for (path, _), count in collector.requests.items() if path == "/elsewhere")
            report.check(not followed, "traces", f"{name}: {followed} redirects followed")
        if mode == HANG:
            begun = time.monotonic()
            server.send(signal.SIGTERM)
            code = server.process.wait(60)
            took = time.monotonic() - begun
            report.check(code == 0 and took <= 15, "traces", f"{name}: the server ends with {code} after {took:.1f} s")
            continue
        before = collector.requests["/v1/traces", TAKE]
        collector.set(TAKE)
        bear(world, server, session, 9)
        again = collector.requests["/v1/traces", TAKE] - before
        report.check(again > 1, "traces", f"{name}, then takes spans again: {again} batches")
    collector = Collector(world)
    server, session = start(world, collector)
    bear(world, server, session, 2)
    report.control("the collector takes all", lambda broken: check_loss(broken, server, "all is well", "rejected"), sees="0 lost")


if __name__ == "__main__":
    program.run(main)
