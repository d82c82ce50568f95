"""A Prometheus that scrapes servers and evaluates rules. It only listens on loopback."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

CONFIGURATION = """
global: {{ scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval} }}
rule_files: [rules.yml]
scrape_configs:
  - job_name: accountd
    static_configs:
      - targets: [{targets}]
"""
# Where .ci/prometheus puts Prometheus and promtool.
DOWNLOADED = pathlib.Path(__file__).parents[2] / "target/prometheus"


def program(name):
    """The path of a program of Prometheus."""
    return shutil.which(name) or DOWNLOADED / name


def complaints(server):
    """What promtool has to say about the text format of a server's metrics."""
    with urllib.request.urlopen("http://{}:{}/metrics".format(*server.metrics), timeout=10) as answer:
        text = answer.read()
    done = subprocess.run([program("promtool"), "check", "metrics"], input=text, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode().splitlines()


def at_pace(rules, pace):
    """Alert rules whose spans of time are shorter by a factor: those of rates, of `for`, and the age of messages."""

    def shorten(found):
        return f"{found[1]}{round(float(found[2]) * {'m': 60_000, 's': 1000}[found[3]] / pace)}ms"

    rules = re.sub(r"(\[|for: )(\d+)([ms])\b", shorten, rules)
    return re.sub(r"((?:oldest|undelivered)_seconds\) > )(\d+)", lambda found: f"{found[1]}{float(found[2]) / pace:g}", rules)


class Prometheus:
    """One Prometheus, with its data in a folder of its own."""

    def __init__(self, world, servers, rules, interval):
        folder = world.path("prometheus")
        self.port, self.interval = world.port(), interval
        targets = ", ".join(f'"127.0.0.1:{server.metrics[1]}"' for server in servers)
        configuration = CONFIGURATION.format(interval=f"{round(interval * 1000)}ms", targets=targets)
        (folder / "prometheus.yml").write_text(configuration)
        (folder / "rules.yml").write_text(rules)
        command = [
            program("prometheus"),
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        self.process = world.process(command, folder / "log", env={**os.environ, "GOMAXPROCS": "1"})
        world.ends.callback(self.process.kill)
        for _ in range(200):
            try:
                self.ask("query", query="1")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Prometheus did not start: {(folder / 'log').read_text()}")

    def ask(self, path, **parameters):
        """The result of a call of the HTTP API."""
        body = urllib.parse.urlencode(parameters).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", body, 60) as answer:
            return json.load(answer)["data"]["result"]

    def values(self, query, start, end, step):
        """The series of a query over a span: labels, and pairs of time and value. What is no number is left out."""
        result = self.ask("query_range", query=query, start=start, end=end, step=step)
        for series in result:
            points = [(at, float(value)) for at, value in series["values"]]
            yield series["metric"], [(at, value) for at, value in points if value == value]

    def firing(self, start, end, step):
        """Of each alert that fired within a span: its name, and from when to when."""
        spans = {}
        for labels, points in self.values('ALERTS{alertstate="firing"}', start, end, step):
            for at, _ in points:
                first, last = spans.get(labels["alertname"], (at, at))
                spans[labels["alertname"]] = (min(first, at), max(last, at))
        return spans
