"""GQ-11, EN-8: what graphql-cop looks for, looked for in `accountd serve` as it is set by default.

PyPI has but a placeholder of graphql-cop, so these are checks of our own for the same findings. Two go by our contract:
a batch may hold 10 operations (GQ-5), and queries may come by GET, which changes nothing (GQ-6).

    ACCOUNTD=…/accountd python cop.py
"""

import sys

import requests

import server

BROWSER = {"Accept": "text/html"}
DEBUGS = ("exception", "stacktrace", "backtrace", "debug", "src/", ".rs:")
ENGINES = ("graphiql", "playground", "altair", "voyager", "apollo sandbox")
PAGES = ("/", "/v1/graphql", "/graphql", "/graphiql", "/playground", "/console", "/altair", "/voyager")
SCHEMA = "__schema { types { name fields { name } } }"


class Server:
    """The server under test."""

    def __init__(self, url):
        self.url = url
        self.endpoint = url + "/v1/graphql"

    def post(self, query, **more):
        """Sends one document."""
        return requests.post(self.endpoint, json={"query": query, **more}, timeout=10)


def runs(response):
    """Whether something was executed."""
    if "json" not in response.headers.get("Content-Type", ""):
        return False
    answers = response.json()
    answers = answers if isinstance(answers, list) else [answers]
    return any(answer.get("data") for answer in answers)


def alias_overloading(to):
    """One field under 101 names."""
    return runs(to.post("{ " + " ".join(f"alias{n}: __typename" for n in range(101)) + " }"))


def batch_queries(to):
    """One operation more than a batch may hold."""
    batch = [{"query": "{ __typename }"}] * 11
    return runs(requests.post(to.endpoint, json=batch, timeout=10))


def field_duplication(to):
    """One field 500 times."""
    return runs(to.post("{ " + "__typename " * 500 + "}"))


def directive_overloading(to):
    """Ten unknown directives at one field: nothing runs, and there aren't ten errors."""
    response = to.post("{ __typename " + "@aa" * 10 + " }")
    return runs(response) or len(response.json()["errors"]) >= 10


def circular_introspection(to):
    """Introspection that goes round in circles."""
    return runs(to.post("{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"))


def circular_fragments(to):
    """Fragments that contain each other."""
    return runs(to.post("{ ...A } fragment A on Query { __typename ...B } fragment B on Query { ...A }"))


def introspection(to):
    """The schema, asked for by either field."""
    return runs(to.post(f"{{ {SCHEMA} }}")) or runs(to.post('{ __type(name: "User") { name } }'))


def published_schema(to):
    """The schema as a document."""
    response = requests.get(to.url + "/v1/schema.graphql", timeout=10)
    return response.ok and "type Query" in response.text


def field_suggestions(to):
    """Errors that suggest names of fields."""
    texts = [to.post(query).text for query in ("{ accountGe }", "{ accountGet { nam } }", "{ __schema { directive } }")]
    return any("did you mean" in text.lower() for text in texts)


def graphiql(to):
    """A page that explores the schema."""
    pages = [requests.get(to.url + page, headers=BROWSER, timeout=10) for page in PAGES]
    return any(engine in page.text.lower() for page in pages for engine in ENGINES)


def get_mutation(to):
    """A change by a link."""
    mutation = {"query": "mutation { accountCreateAnonymousSession { _id } }"}
    return runs(requests.get(to.endpoint, params=mutation, timeout=10))


def cookie_from_another_site(to):
    """A cookie that comes with a stranger's page."""
    query = {"query": "{ accountStatus { _id } }"}
    headers = {"Cookie": "a_session_default=x", "Origin": "https://evil.example"}
    return requests.get(to.endpoint, params=query, headers=headers, timeout=10).ok


def urlencoded_post(to):
    """A form, which any page can send without asking."""
    forms = [{"query": "{ __typename }"}, {"query": "mutation { accountCreateAnonymousSession { _id } }"}]
    return any(runs(requests.post(to.endpoint, data=form, timeout=10)) for form in forms)


def plain_text_post(to):
    """Plain text, which any page can send without asking."""
    headers = {"Content-Type": "text/plain"}
    return runs(requests.post(to.endpoint, data='{"query": "{ __typename }"}', headers=headers, timeout=10))


def multipart_post(to):
    """A form with parts, which any page can send without asking."""
    form = {"operations": (None, '{"query": "{ __typename }"}'), "map": (None, "{}")}
    return runs(requests.post(to.endpoint, files=form, timeout=10))


def trace_mode(to):
    """Times of resolvers in the answer."""
    response = requests.post(
        to.endpoint, json={"query": "{ __typename }"}, headers={"X-Apollo-Tracing": "1"}, timeout=10
    )
    return "extensions" in response.json()


def unhandled_errors(to):
    """Errors that reveal the program, or that the server logs as its own."""
    broken = ["qwerty { abc }", "query { accountGet( }", "{ accountGet { _id } ", "query ($x: Nothing) { accountGet { _id } }"]
    responses = [to.post(text) for text in broken] + [to.post("{ __typename }", variables=5)]
    revealing = [word for response in responses for word in DEBUGS if word in response.text.lower()]
    return bool(revealing) or any(response.status_code >= 500 for response in responses)


def server_header(to):
    """Headers that reveal the server's software."""
    headers = to.post("{ __typename }").headers
    return "Server" in headers or "X-Powered-By" in headers


CHECKS = [
    alias_overloading,
    batch_queries,
    field_duplication,
    directive_overloading,
    circular_introspection,
    circular_fragments,
    introspection,
    published_schema,
    field_suggestions,
    graphiql,
    get_mutation,
    cookie_from_another_site,
    urlencoded_post,
    plain_text_post,
    multipart_post,
    trace_mode,
    unhandled_errors,
    server_header,
]


def main():
    """Runs all checks on one server and prints what each found."""
    with server.started("serve") as (url, log):
        to = Server(url)
        assert runs(to.post("{ __typename }")), "an ordinary document runs"
        findings = [check.__name__ for check in CHECKS if check(to)]
        for check in CHECKS:
            print(f"{check.__name__}: {'FOUND' if check.__name__ in findings else 'none'}")
        faults = server.faults(log)
    print(*faults[:20], sep="\n", end="")
    print(f"{len(CHECKS)} checks, {len(findings)} findings, {len(faults)} panics and faults in the server's log")
    return 1 if findings or faults else 0


if __name__ == "__main__":
    sys.exit(main())
