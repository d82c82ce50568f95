"""What two users have that is stored encrypted under the master secret, and what of it is lost."""

import base64
import hmac
import itertools
import struct
import time

from lib import client, documents, mail, provider

CREATE_AUTHENTICATOR = 'mutation { accountCreateMFAAuthenticator(type: "totp") { secret } }'
VERIFY_AUTHENTICATOR = 'mutation($otp: String!) { accountUpdateMFAAuthenticator(type: "totp", otp: $otp) { _id } }'
CREATE_CODES = "mutation { accountCreateMFARecoveryCodes { recoveryCodes } }"
REQUIRE_FACTOR = "mutation { accountUpdateMFA(mfa: true) { _id } }"
CREATE_CHALLENGE = "mutation($factor: String!) { accountCreateMFAChallenge(factor: $factor) { _id } }"
PASS_CHALLENGE = """mutation($id: String!, $otp: String!) {
  accountUpdateMFAChallenge(challengeId: $id, otp: $otp) { _id }
}"""
LIST_IDENTITIES = "{ accountListIdentities { identities { providerAccessToken providerRefreshToken } } }"
STEP = 30


def totp(seed, step):
    """The code of an authenticator app for a step of time (RFC 6238)."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place:place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Holdings:
    """A user with an authenticator app, another with a provider, and a mail that no server could send yet."""

    _numbers = itertools.count(1)

    def __init__(self, server):
        number = next(self._numbers)
        self.server, self.email, self.step = server, f"ada{number}@example.com", 0
        sign_up = {"id": "unique()", "email": self.email, "password": documents.PASSWORD}
        documents.ask(server.client(), documents.SIGN_UP, sign_up)
        self.session = self._sign_in()
        connection = server.client(session=self.session)
        self.seed = documents.ask(connection, CREATE_AUTHENTICATOR)["secret"]
        documents.ask(connection, VERIFY_AUTHENTICATOR, {"otp": self._otp()})
        self.codes = documents.ask(connection, CREATE_CODES)["recoveryCodes"]
        documents.ask(connection, REQUIRE_FACTOR)
        self.with_provider = provider.sign_in(server)
        self.tokens = self._tokens()
        # Its mail lives for an hour.
        documents.ask(server.client(), mail.CREATE_RECOVERY, {"email": self.email})

    def _sign_in(self):
        variables = {"email": self.email, "password": documents.PASSWORD}
        return documents.ask(self.server.client(), documents.SIGN_IN, variables)["secret"]

    def _otp(self):
        # Each code is accepted once, and that of the next step, too.
        self.step = max(self.step + 1, int(time.time() // STEP))
        time.sleep(max(0, (self.step - 1) * STEP - time.time()))
        return totp(self.seed, self.step)

    def _tokens(self):
        connection = self.server.client(session=self.with_provider)
        return documents.ask(connection, LIST_IDENTITIES)["identities"]

    def _pass(self, session, factor, otp):
        connection = self.server.client(session=session)
        challenge = documents.ask(connection, CREATE_CHALLENGE, {"factor": factor})["_id"]
        documents.ask(connection, PASS_CHALLENGE, {"id": challenge, "otp": otp})

    def _compare_tokens(self):
        if self._tokens() != self.tokens:
            raise RuntimeError("other tokens")

    def lost(self, mails):
        """What doesn't work any more, and why. Uses up a recovery code and the mail.

        The mail need only be readable: its secret is over when the previous master secret is removed.
        """
        checks = {
            "session": lambda: documents.ask(self.server.client(session=self.session), documents.GET),
            "session by a provider": lambda: documents.ask(
                self.server.client(session=self.with_provider), documents.GET
            ),
            "provider's tokens": self._compare_tokens,
            "authenticator": lambda: self._pass(self._sign_in(), "totp", self._otp()),
            "recovery code": lambda: self._pass(self._sign_in(), "recoverycode", self.codes.pop()),
            "mail": lambda: mails.find(mail.LINK, to=self.email),
        }
        lost = {}
        for name, check in checks.items():
            try:
                check()
            except (RuntimeError, client.Lost) as failure:
                lost[name] = str(failure)
        return lost


def check(report, holdings, mails, name):
    """Reports what the users have lost."""
    found = [f"{thing}: {why[:60]}" for one in holdings for thing, why in one.lost(mails).items()]
    kinds = f"sessions, provider's tokens, authenticators, recovery codes and mails of {len(holdings)} moments"
    report.check(
        holdings and not found, "SJ-8", f"{name}: {kinds}: {len(found)} lost {found or ''}".rstrip(), is_final=True
    )
