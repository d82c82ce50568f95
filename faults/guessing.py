"""Fifty addresses guess at the password of one user, who signs in meanwhile from her own address.

RL-12: she succeeds in at least 99 of 100 tries, however many guesses there are. She tries 95 times: one network is
limited to a hundred sign-ins an hour.
Control: a user who comes from one of the addresses that guess; she must be locked out.
"""

from lib import database, documents, program

EMAIL = "ada@example.com"
HOME = "198.51.100.7"


def sign_in(server, ip, password):
    """One sign-in. Returns the type of the error, or nothing."""
    return server.client(ip=ip).graphql(documents.SIGN_IN, {"email": EMAIL, "password": password}).error


def guess(report, server, ip, tries, guesses):
    """Guesses from fifty addresses between the tries of the user."""
    succeeded, compared = 0, 0
    for number in range(tries):
        for attempt in range(guesses):
            address = f"192.0.2.{(number * guesses + attempt) % 50 + 1}"
            compared += sign_in(server, address, "a wrong guess") == "user_invalid_credentials"
        succeeded += not sign_in(server, ip, documents.PASSWORD)
    figure = f"{succeeded} of {tries} sign-ins succeed; of {tries * guesses} guesses {compared} are compared"
    report.check(compared and succeeded >= 0.99 * tries, "RL-12", figure)


def main(world):
    """Guesses, and the control."""
    server = world.server(database.Sqlite(world.path("sqlite")))
    variables = {"id": "unique()", "email": EMAIL, "password": documents.PASSWORD}
    server.client(ip=HOME).graphql(documents.SIGN_UP, variables)
    guess(world.report, server, HOME, world.size(10, 95), world.size(30, 20))
    world.report.control(
        "from an address that guesses",
        lambda report: guess(report, server, "192.0.2.1", 10, 1),
        sees="sign-ins succeed",
    )


if __name__ == "__main__":
    program.run(main)
