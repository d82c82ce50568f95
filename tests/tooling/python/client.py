"""Reads and changes an account with `gql`, which fetches the schema and checks every document against it.

client.py URL SESSION
"""

import sys

from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

url, session = sys.argv[1:]
transport = HTTPXTransport(url=url, headers={"X-Appwrite-Session": session})
with Client(transport=transport, fetch_schema_from_transport=True) as client:
    rename = gql("mutation Rename($name: String!) { accountUpdateName(name: $name) { name } }")
    rename.variable_values = {"name": "Ada"}
    assert client.execute(rename)["accountUpdateName"]["name"] == "Ada"
    print(client.execute(gql("query Account { accountGet { email } }"))["accountGet"]["email"])
