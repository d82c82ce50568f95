"""The GraphQL documents that programs send, and the few calls that all need."""

SIGN_IN_ANONYMOUSLY = "mutation { accountCreateAnonymousSession { secret userId } }"
UPDATE_NAME = "mutation($name: String!) { accountUpdateName(name: $name) { name } }"
UPDATE_PREFS = "mutation($prefs: Assoc!) { accountUpdatePrefs(prefs: $prefs) { _id } }"
GET = "{ accountGet { _id name } }"
CREATE_JWT = "mutation { accountCreateJWT { jwt } }"
SIGN_UP = """mutation($id: String!, $email: String!, $password: String!) {
  accountCreate(userId: $id, email: $email, password: $password) { _id }
}"""
SIGN_IN = """mutation($email: String!, $password: String!) {
  accountCreateEmailPasswordSession(email: $email, password: $password) { _id secret }
}"""
DELETE_SESSION = "mutation($id: String!) { accountDeleteSession(sessionId: $id) { status } }"
# Ten an hour for an address, and of no effect: there is no such session.
LIMITED = 'mutation { accountUpdateSession(sessionId: "0") { _id } }'
LIMIT = 10

PASSWORD = "correct horse battery"


class User:
    """An anonymous user who is signed in."""

    def __init__(self, server):
        opened = server.client().graphql(SIGN_IN_ANONYMOUSLY)
        if opened.error:
            raise RuntimeError(opened.body)
        self.id, self.session = opened.data["userId"], opened.data["secret"]


def ask(connection, document, variables=None):
    """Sends a request that must succeed. Returns the value."""
    answer = connection.graphql(document, variables)
    if answer.error:
        raise RuntimeError(f"{answer.error} for {document[:60]}")
    return answer.data


def is_limited(answer):
    """Whether a rate limit refused the call."""
    return answer.error == "general_rate_limit_exceeded"
