"""What schemathesis has to know of accountd: its scalars, who signs in, and what every answer must be.

CASES_URL is the server's address; CASES_AS is `guest` or `user`.
"""

import json
import os
import secrets
import threading

import graphql
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

URL = os.environ["CASES_URL"] + "/v1/graphql"
SIGNS_IN = os.environ["CASES_AS"] == "user"
SCHEMA = graphql.build_schema(requests.get(os.environ["CASES_URL"] + "/v1/schema.graphql", timeout=10).text)
# What ends the session that it is called with: each call has a session of its own.
ENDING = {"accountDelete", "accountDeleteSession", "accountDeleteSessions", "accountUpdateStatus"}
PASSWORD = "correct horse battery"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,8}", fullmatch=True)
LITERALS = st.dictionaries(NAMES, st.text(max_size=8) | st.integers(0, 9), max_size=3).map(
    lambda fields: graphql.parse_value(
        "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in fields.items()) + "}"
    )
)
schemathesis.graphql.scalar("Assoc", JSON.map(json.dumps).map(nodes.String) | LITERALS)
schemathesis.graphql.scalar("Json", JSON.map(json.dumps).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(at.isoformat() + "+00:00")))

worker = threading.local()


def call(query, **headers):
    """Sends one operation that can't fail."""
    answer = requests.post(URL, json={"query": query}, headers=headers, timeout=10).json()
    assert "errors" not in answer, answer
    return answer["data"]


def signed_in():
    """The headers of somebody new: now with a session, now with a JWT of it."""
    credentials = f'email: "{secrets.token_hex(8)}@example.com", password: "{PASSWORD}"'
    call(f'mutation {{ accountCreate(userId: "unique()", {credentials}) {{ _id }} }}')
    session = call(f"mutation {{ accountCreateEmailPasswordSession({credentials}) {{ secret }} }}")
    session = {"X-Appwrite-Session": session["accountCreateEmailPasswordSession"]["secret"]}
    jwt = call("mutation { accountCreateJWT { jwt } }", **session)["accountCreateJWT"]["jwt"]
    return [session, {"X-Appwrite-JWT": jwt}]


def anonymous():
    """The headers of somebody new who is soon to go, which costs no hash."""
    session = call("mutation { accountCreateAnonymousSession { secret } }")
    return {"X-Appwrite-Session": session["accountCreateAnonymousSession"]["secret"]}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Signs in."""
    if not SIGNS_IN:
        return
    if case.operation.label.split(".")[-1] in ENDING:
        case.headers.update(anonymous())
        return
    if not getattr(worker, "headers", None):
        worker.headers = signed_in()
    worker.headers.reverse()
    case.headers.update(worker.headers[0])


@schemathesis.hook
def after_call(context, case, response):
    """Forgets a session that is no more."""
    if any(kind in response.text for kind in ("general_unauthorized_scope", "user_blocked", "user_jwt_invalid")):
        worker.headers = None


@schemathesis.check
def no_fault_of_ours(context, response, case):
    """GQ-11: no response is a server error, neither by its status nor in its errors."""
    assert response.status_code < 500, f"status {response.status_code}: {response.text}"
    for error in response.json().get("errors", []):
        assert error["extensions"]["code"] < 500, error


@schemathesis.check
def answer_fits_the_schema(context, response, case):
    """GQ-11: an answer has what its document asks for, in the types of the schema, and nothing else."""
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"}, f"keys {set(answer)}"
    assert "data" in answer or answer["errors"], "neither data nor errors"
    for error in answer.get("errors", []):
        assert error["message"] and isinstance(error["extensions"]["type"], str), error
        assert "id you mean" not in error["message"], f"EN-8: {error['message']}"
    document = document_of(case)
    if document is None or graphql.validate(SCHEMA, document):
        return
    if answer.get("data") is not None:
        operation = graphql.get_operation_ast(document)
        root = SCHEMA.get_root_type(operation.operation)
        fits(root, answer["data"], [operation.selection_set], fragments_of(document), "data")


@schemathesis.check
def an_invalid_document_runs_nothing(context, response, case):
    """What contradicts the schema is refused. A literal beyond its type is, too, but with the field that has it."""
    document = document_of(case)
    if document is None or graphql.validate(SCHEMA, document):
        data = response.json().get("data")
        assert data is None or not any(data.values()), f"ran {case.body}"


def document_of(case):
    """What was sent, if it is GraphQL at all."""
    body = case.body
    text = body.get("query") if isinstance(body, dict) else body
    try:
        return graphql.parse(text)
    except (graphql.GraphQLError, TypeError):
        return None


def fragments_of(document):
    """The fragments by their names."""
    found = (node for node in document.definitions if isinstance(node, graphql.FragmentDefinitionNode))
    return {node.name.value: node for node in found}


def fits(kind, value, sets, fragments, place):
    """Makes sure that a value is what its type and its selections say."""
    if graphql.is_non_null_type(kind):
        assert value is not None, f"{place} is null"
        fits(kind.of_type, value, sets, fragments, place)
    elif value is None:
        return
    elif graphql.is_list_type(kind):
        assert isinstance(value, list), f"{place} is no list"
        for number, item in enumerate(value):
            fits(kind.of_type, item, sets, fragments, f"{place}.{number}")
    elif graphql.is_leaf_type(kind):
        assert is_of(kind, value), f"{place} is {value!r}, which is no {kind}"
    else:
        asked = collected(sets, fragments, {})
        assert list(value) == list(asked), f"{place} has {list(value)} instead of {list(asked)}"
        for key, nodes_of_key in asked.items():
            field = nodes_of_key[0].name.value
            below = [node.selection_set for node in nodes_of_key if node.selection_set]
            field_type = graphql.GraphQLNonNull(graphql.GraphQLString)
            if field != "__typename":
                field_type = kind.fields[field].type
            fits(field_type, value[key], below, fragments, f"{place}.{key}")


def is_of(kind, value):
    """Whether a value is one of a scalar or an enum."""
    try:
        kind.parse_value(value)
    except graphql.GraphQLError:
        return False
    return True


def collected(sets, fragments, asked):
    """The fields by key, in the order of the document. Types here have no subtypes, so conditions always hold."""
    for selection_set in sets:
        for node in selection_set.selections:
            if isinstance(node, graphql.FieldNode):
                key = (node.alias or node.name).value
                asked.setdefault(key, []).append(node)
            elif isinstance(node, graphql.InlineFragmentNode):
                collected([node.selection_set], fragments, asked)
            else:
                collected([fragments[node.name.value].selection_set], fragments, asked)
    return asked
