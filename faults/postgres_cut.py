"""One of three servers is cut off from PostgreSQL: its connections are refused, or its packets go nowhere.

MI-6: it answers everything that needs the database with 503 within 5 s, never from memory; its
readiness is 503; the other servers serve on; after the link is back it answers as they do, and sees what has changed
meanwhile.
Control: the same check of a server that isn't cut off; it must report that requests are answered.
"""

import time
from concurrent import futures

from lib import client, documents, postgres, program, proxy

ASKED = {
    "accountGet by session": (documents.GET, {}),
    "accountUpdateName": (documents.UPDATE_NAME, {"name": "stale"}),
    "accountGet by JWT": (documents.GET, {}),
    "sign-in": (documents.SIGN_IN_ANONYMOUSLY, {}),
}


def ask(server, user, jwt, name):
    """Sends one request. Returns the code, and the seconds that it took."""
    credentials = {"sign-in": {}, "accountGet by JWT": {"jwt": jwt}}.get(name, {"session": user.session})
    begun = time.monotonic()
    try:
        answer = server.client(timeout=15, **credentials).graphql(*ASKED[name])
        return (answer.code if answer.error else 200), time.monotonic() - begun
    except client.Lost as lost:
        return lost.kind, time.monotonic() - begun


def check_refusals(report, server, user, jwt, name):
    """Everything is refused with 503, and soon."""
    with futures.ThreadPoolExecutor(len(ASKED)) as pool:
        answers = dict(zip(ASKED, pool.map(lambda question: ask(server, user, jwt, question), ASKED)))
    codes = {question: code for question, (code, _) in answers.items() if code != 503}
    slowest = max(seconds for _, seconds in answers.values())
    report.check(
        not codes and slowest <= 5,
        "MI-6",
        f"{name}: other than 503: {codes or 'none'}; the slowest took {slowest:.2f} s",
    )
    report.check(server.readiness(10) == 503, "MI-6", f"{name}: readiness is 503")
    report.check(server.liveness() == 200, "MI-6", f"{name}: liveness is 200")


def main(world):
    """A link that is refused, then one that is frozen."""
    cluster = postgres.Postgres(world)
    database, link = cluster.create(), proxy.Proxy(world, cluster.port)
    options = {"limits__rates": "false"}
    cut = world.server(database, **options, database__url=cluster.url(database.database, link.port))
    others = world.servers(2, database, **options)
    for mode in (proxy.REFUSE, proxy.FREEZE):
        user = documents.User(cut)
        jwt = cut.client(session=user.session).graphql(documents.CREATE_JWT).data["jwt"]
        cut.client(jwt=jwt).graphql(documents.GET)
        link.set(mode)
        time.sleep(0.5)
        check_refusals(world.report, cut, user, jwt, f"link {mode}")
        if world.is_long:
            time.sleep(30)
            check_refusals(world.report, cut, user, jwt, f"link {mode}, later")
        codes = [ask(other, user, jwt, question)[0] for other in others for question in ASKED]
        world.report.check(set(codes) == {200}, "MI-6", f"link {mode}: the other servers answer {sorted(set(codes))}")
        others[0].client(session=user.session).graphql(documents.DELETE_SESSION, {"id": "current"})
        link.set(proxy.PASS)
        begun = time.monotonic()
        while (code := ask(cut, user, jwt, "sign-in")[0]) != 200 and time.monotonic() - begun < 10:
            time.sleep(0.05)
        back = time.monotonic() - begun
        world.report.check(
            code == 200 and back <= 5, "MI-6", f"link {mode}: it serves {back:.2f} s after the link is back"
        )
        codes = {
            question: ask(cut, user, jwt, question)[0] for question in ("accountGet by session", "accountGet by JWT")
        }
        world.report.check(
            set(codes.values()) == {401}, "MI-6", f"link back: the session that ended meanwhile gets {codes}"
        )
    user = documents.User(others[0])
    jwt = cut.client(session=user.session).graphql(documents.CREATE_JWT).data["jwt"]
    world.report.control(
        "a server that isn't cut off",
        lambda report: check_refusals(report, others[0], user, jwt, "not cut off"),
        sees="other than 503: {",
    )


if __name__ == "__main__":
    program.run(main)
