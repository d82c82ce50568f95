"""Calls the SDK: a call in each line that comes in, an answer or an error in each line that goes out."""

import inspect
import json
import sys
import warnings

from appwrite.client import Client
from appwrite.exception import AppwriteException
from appwrite.services.account import Account
from appwrite.services.users import Users
from appwrite.services import graphql

# The newest warn of older names, which are called on purpose.
warnings.showwarning = lambda *_, **__: None

KINDS = {"Client": Client, "Account": Account, "Graphql": graphql.Graphql, "Users": Users}


def plain(answer):
    """What the SDK answers, as JSON: bytes where there was none, models in the newest."""
    if isinstance(answer, bytes):
        return answer.decode()
    if hasattr(answer, "to_dict"):
        return answer.to_dict()
    return answer


def call(line):
    service = KINDS[line["kind"]]
    if "has" in line:
        return hasattr(service, line["has"])
    client = Client().set_endpoint(line["endpoint"]).set_project("default")
    if "jwt" in line:
        client.set_jwt(line["jwt"])
    if "session" in line:
        client.set_session(line["session"])
    if "key" in line:
        client.set_key(line["key"])
    method = getattr(client if service is Client else service(client), line["method"])
    # The newest take the new password of a recovery only once.
    taken = len(inspect.signature(method).parameters)
    return plain(method(*line["args"][:taken]))


for line in sys.stdin:
    try:
        said = {"answer": call(json.loads(line))}
    except AppwriteException as error:
        said = {"error": {"message": str(error), "code": error.code, "type": error.type}}
    except Exception as error:
        said = {"error": {"message": repr(error), "code": 0, "type": type(error).__name__}}
    print(json.dumps(said), flush=True)
