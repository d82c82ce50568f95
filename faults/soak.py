"""A steady load for an hour: SOAK_MINUTES says for how long, in the long form.

AV-8: after the first sixth memory grows by at most 1 MiB an hour, the number of descriptors stays, p99 grows by at
most 10%, and nothing fails. The short form doesn't look at memory and time.
Control: the same check of a server whose clients open connections and leave them, the number of descriptors must grow;
and of samples of memory that grow by 2 MiB an hour.
"""

import os
import time

from lib import ask, database, documents, program, writes


def slope(samples):
    """The slope of (hours, value) by least squares."""
    count = len(samples)
    mean_x, mean_y = (sum(sample[axis] for sample in samples) / count for axis in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread if spread else 0.0


def watch(server, seconds, each=1.0):
    """Samples memory and descriptors of a server."""
    samples, begun = [], time.monotonic()
    while (now := time.monotonic() - begun) < seconds:
        samples.append((now / 3600, server.memory(), server.descriptors()))
        time.sleep(each)
    return samples


def check_descriptors(report, samples):
    """The descriptors of the second half are those of the first."""
    half = len(samples) // 2
    early, late = (max(count for _, _, count in part) for part in (samples[:half], samples[half:]))
    report.check(late <= early + 2, "AV-8", f"at most {early} descriptors in the first half, {late} in the second")


def check_memory(report, steady, load):
    """Memory grows by little. The samples are (hours, MiB)."""
    growth = slope(steady)
    figure = f"{load}: memory {steady[0][1]:.0f} to {steady[-1][1]:.0f} MiB, {growth:+.2f} MiB an hour"
    report.check(growth <= 1, "AV-8", figure)


def leak(report, server):
    """Opens connections and leaves them."""
    kept, samples = [], []
    for _ in range(10):
        connection = server.client()
        connection.request("GET", "/health/live")
        kept.append(connection)
        samples.append((0, 0, server.descriptors()))
    check_descriptors(report, samples)


def main(world):
    """The load, and the control."""
    server = world.server(database.Sqlite(world.path("sqlite")), limits__rates="false")
    minutes = float(os.environ.get("SOAK_MINUTES", "60"))
    seconds = world.size(5, minutes * 60)
    user, known = documents.User(server), {"email": "ada@example.com", "password": documents.PASSWORD}
    if error := server.client().graphql(documents.SIGN_UP, {"id": "unique()", **known}).error:
        raise RuntimeError(error)
    begun = time.monotonic()
    with (
        writes.Load([server], 2, pause=0.05) as load,
        ask.Askers([ask.Asker(server, user.session) for _ in range(4)]) as readers,
        ask.Askers([ask.Asker(server, None, documents.SIGN_IN, known, pause=0.5)]) as sign_ins,
    ):
        time.sleep(1)
        samples = watch(server, seconds, each=max(seconds / 600, 0.1))
    warm = begun + seconds / 6
    steady = [(hours, memory) for hours, memory, _ in samples if hours * 3600 >= seconds / 6]
    requests = len(readers.results()) + len(sign_ins.results()) + load.count()
    figure = f"{requests:,} requests in {seconds / 60:.1f} min"
    failures = {**readers.outcomes(), **sign_ins.outcomes(), **load.failures()}.keys() - {"ok"}
    world.report.check(not failures and load.count(), "AV-8", f"{figure}, failures: {sorted(failures) or 'none'}")
    if world.is_long:
        check_memory(world.report, steady, figure)
    check_descriptors(world.report, samples)
    middle = (warm + begun + seconds) / 2
    early, late = readers.p99(warm, middle), readers.p99(middle)
    is_steady = late <= 1.1 * early
    world.report.check(
        world.is_in_time(is_steady),
        "AV-8",
        f"accountGet's p99 {early:.1f} ms early, {late:.1f} ms late",
    )
    grown = [(hours, 100 + 2 * hours) for hours, _ in steady]
    world.report.control("2 MiB an hour", lambda report: check_memory(report, grown, "made up"), sees="+2.00 MiB")
    world.report.control("connections that are left open", lambda report: leak(report, server), sees="descriptors in")


if __name__ == "__main__":
    program.run(main)
