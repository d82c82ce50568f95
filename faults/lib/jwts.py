"""JWTs as another server verifies them, with the keys that accountd publishes, and forged ones."""

import base64
import hashlib
import hmac
import json
import re
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from lib import client

ISSUER = "http://127.0.0.1/v1/projects/default"
AUDIENCE = "default"
LEEWAY = 5
# How long a verifier waits at least before it asks for unknown keys again.
COOLDOWN = 1
SIGNATURE = ec.ECDSA(hashes.SHA256())


class Refused(Exception):
    """A token that isn't valid."""


def decode(text):
    """What base64url text without padding stands for."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def header(token):
    """The header of a token."""
    return json.loads(decode(token.split(".")[0]))


def claims(token):
    """The claims of a token, whoever has signed it."""
    return json.loads(decode(token.split(".")[1]))


def public_key(jwk):
    """The key of a JWK."""
    x, y = (int.from_bytes(decode(jwk[name]), "big") for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


class Verifier:
    """Verifies tokens as docs/tokens.md says: with published keys, which it keeps as long as it may.

    It asks for them again when a token names one that it doesn't know, at most once a second. With `refetches` off it
    never does.
    """

    def __init__(self, server, refetches=True):
        self.connection = server.client()
        self.refetches = refetches
        self.keys, self.fetched_at, self.ends_at, self.fetches = {}, float("-inf"), float("-inf"), 0
        self._fetch()

    def verify(self, token):
        """The claims of a valid token."""
        head, body, signature = token.split(".")
        key, signature = self._find(header(token)), decode(signature)
        if len(signature) != 64:
            raise Refused("no signature of ES256")
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            key.verify(utils.encode_dss_signature(r, s), f"{head}.{body}".encode(), SIGNATURE)
        except InvalidSignature as wrong:
            raise Refused("signature") from wrong
        found = claims(token)
        if (found["iss"], found["aud"]) != (ISSUER, AUDIENCE) or time.time() >= found["exp"] + LEEWAY:
            raise Refused("claims")
        return found

    def _find(self, head):
        if head.get("alg") != "ES256":
            raise Refused("algorithm")
        if time.monotonic() >= self.ends_at or (self.refetches and head.get("kid") not in self.keys):
            time.sleep(max(0, self.fetched_at + COOLDOWN - time.monotonic()))
            self._fetch()
        if not (jwk := self.keys.get(head.get("kid"))):
            raise Refused("unknown key")
        return public_key(jwk)

    def _fetch(self):
        self.fetched_at = time.monotonic()
        answer = self.connection.request("GET", "/v1/projects/default/.well-known/jwks.json")
        if answer.status != 200:
            raise client.Lost(f"jwks {answer.status}")
        self.keys = {jwk["kid"]: jwk for jwk in answer.json["keys"]}
        self.ends_at = self.fetched_at + int(re.search(r"max-age=(\d+)", answer.headers["cache-control"])[1])
        self.fetches += 1


class Careless(Verifier):
    """Believes whatever a token says. For controls."""

    def verify(self, token):
        """The claims of any token."""
        return claims(token)


class Forger:
    """Makes tokens that no server has signed, of one that it has."""

    def __init__(self, verifier):
        self.verifier = verifier
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", **{n: encode(getattr(numbers, n).to_bytes(32, "big")) for n in "xy"}}
        self.kid = encode(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def forge(self, token):
        """Forged tokens with the claims of a valid one, by how they were made."""
        head, body, signature = token.split(".")
        kid = header(token)["kid"]
        jwk = self.verifier.keys[kid]
        pem = public_key(jwk).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        other = json.dumps({**claims(token), "labels": ["admin"]}).encode()
        return {
            "alg none": f"{self._message(body, alg='none', kid=kid)}.",
            "alg none, signed": f"{self._message(body, alg='none', kid=kid)}.{signature}",
            "HS256 by the public key": self._by_mac(body, kid, pem),
            "HS256 by the public key's x": self._by_mac(body, kid, jwk["x"].encode()),
            "foreign kid": self._signed(body, kid=self.kid),
            "foreign key": self._signed(body, kid=kid),
            "embedded jwk": self._signed(body, kid=self.kid, jwk=self.jwk),
            "other claims": f"{head}.{encode(other)}.{signature}",
            "another signature": f"{head}.{body}.{encode(bytes(reversed(decode(signature))))}",
        }

    @staticmethod
    def _message(body, **fields):
        head = json.dumps({"typ": "JWT", "alg": "ES256", **fields}, separators=(",", ":"))
        return f"{encode(head.encode())}.{body}"

    def _by_mac(self, body, kid, key):
        message = self._message(body, alg="HS256", kid=kid)
        return f"{message}.{encode(hmac.digest(key, message.encode(), 'sha256'))}"

    def _signed(self, body, **fields):
        message = self._message(body, **fields)
        r, s = utils.decode_dss_signature(self.private.sign(message.encode(), SIGNATURE))
        return f"{message}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
