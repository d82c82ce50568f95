"""Verifies a token as docs/tokens.md does: prints its user, and whether one for another project is refused."""
import json
import sys

import jwt

issuer, algorithm, token = sys.argv[1:]
keys = jwt.PyJWKClient(f'{issuer}/.well-known/jwks.json')


def user_of(token, audience):
    key = keys.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, [algorithm], issuer=issuer, audience=audience, leeway=5)['sub']


sub = user_of(token, 'default')
try:
    user_of(token, 'other')
    refused = False
except jwt.InvalidTokenError:
    refused = True
print(json.dumps({'sub': sub, 'refused': refused}))
