"""GQ-11: schemathesis asks every field of a started server, as a guest and signed in, and finds nothing wrong.

    ACCOUNTD=…/accountd python cases.py [CASES]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import graphql
import requests

import server

HERE = pathlib.Path(__file__).parent
CHECKS = ["no_fault_of_ours", "answer_fits_the_schema", "an_invalid_document_runs_nothing"]


def fields_of(url):
    """How many fields there are to ask for; subscriptions come otherwise."""
    schema = graphql.build_schema(requests.get(url + "/v1/schema.graphql", timeout=10).text)
    return len(schema.query_type.fields) + len(schema.mutation_type.fields)


def begin(url, caller, each, report):
    """Starts a run; its output goes to a file beside the report."""
    tool = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [tool, "--config-file", HERE / "schemathesis.toml", "run", url + "/v1/graphql"]
    command += ["--checks", ",".join(CHECKS), "--max-examples", str(each)]
    command += ["--report", "json", "--report-json-path", report]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "CASES_URL": url, "CASES_AS": caller}
    with report.with_suffix(".txt").open("wb") as out:
        return subprocess.Popen(command, cwd=report.parent, env=env, stdout=out, stderr=out)


def end(run, caller, report):
    """Waits for a run and prints its figures. Answers how many cases there were, and whether all is well."""
    code = run.wait()
    counts = json.loads(report.read_text())["test_cases"] if report.exists() else {}
    if code != 0:
        print(report.with_suffix(".txt").read_text(errors="replace"))
    cases, failures = counts.get("generated", 0), counts.get("with_failures", 0)
    print(f"{caller}: {cases} cases, {failures} failures, {counts.get('errored', 0)} errors")
    return cases, code == 0


def main(wanted):
    """Runs both at once, each on a server of its own."""
    with (
        server.started("dev") as (guest_url, guest_log),
        server.started("dev") as (user_url, user_log),
        tempfile.TemporaryDirectory() as folder,
    ):
        each = -(-wanted // (2 * fields_of(guest_url)))
        runs = []
        for caller, url in [("guest", guest_url), ("user", user_url)]:
            report = pathlib.Path(folder, f"{caller}.json")
            runs.append((begin(url, caller, each, report), caller, report))
        ends = [end(*run) for run in runs]
        faults = server.faults(guest_log) + server.faults(user_log)
    cases = sum(count for count, _ in ends)
    print(*faults[:20], sep="\n", end="")
    print(f"{cases} cases in all; {len(faults)} panics and faults in the servers' logs")
    return 0 if all(well for _, well in ends) and cases >= wanted and not faults else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
