"""A provider of plain OAuth 2 on loopback, in the place of Discord, and sign-ins with it."""

import http.server
import itertools
import json
import threading
import urllib.parse

from lib import documents

CREATE_SESSION = """mutation($id: String!, $secret: String!) {
  accountCreateSession(userId: $id, secret: $secret) { secret }
}"""
PAGE = urllib.parse.quote("https://app.example.com/", safe="")


class Provider:
    """Hands out tokens and a new user for each code."""

    def __init__(self, world):
        self.port = world.port()
        self.users = itertools.count(1)
        handler = type("Handler", (Handler,), {"users": self.users})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    @property
    def settings(self):
        """The TOML of a server that has it as `discord`."""
        secrets = 'client_id = "client"\nclient_secret = "a client\'s secret"'
        return f'[providers.discord]\nkind = "discord"\n{secrets}\nstand_in = "http://127.0.0.1:{self.port}"\n'


class Handler(http.server.BaseHTTPRequestHandler):
    """Its endpoints for tokens and profiles."""

    users = itertools.count()

    def do_POST(self):
        """Tokens, whatever the code."""
        self.rfile.read(int(self.headers["content-length"]))
        number = next(self.users)
        names = {"access_token": f"access {number}", "refresh_token": f"refresh {number}"}
        self._answer({**names, "token_type": "Bearer", "expires_in": 36_000})

    def do_GET(self):
        """The profile of the user whom an access token is of."""
        number = self.headers["authorization"].rsplit(" ", 1)[1]
        self._answer({"id": number, "email": f"p{number}@example.com", "verified": True, "global_name": "Ada"})

    def _answer(self, fields):
        body = json.dumps(fields).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Prints nothing."""


def sign_in(server):
    """Signs a new user in with the provider. Returns the secret of the session."""
    connection = server.client()
    path = f"/v1/account/tokens/oauth2/discord?success={PAGE}&failure={PAGE}"
    begun = connection.request("GET", path)
    there = urllib.parse.parse_qs(urllib.parse.urlsplit(begun.headers["location"]).query)
    connection.headers["Cookie"] = begun.headers["set-cookie"].split(";")[0]
    callback = urllib.parse.urlsplit(there["redirect_uri"][0]).path
    back = connection.request("GET", f"{callback}?code=code&state={urllib.parse.quote(there['state'][0], safe='')}")
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(back.headers["location"]).query)
    arguments = {"id": token["userId"][0], "secret": token["secret"][0]}
    return documents.ask(server.client(), CREATE_SESSION, arguments)["secret"]
