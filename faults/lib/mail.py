"""Mails that the server writes into a folder, and the secrets in them."""

import email
import email.policy
import re
import time

CREATE_RECOVERY = """mutation($email: String!) {
  accountCreateRecovery(email: $email, url: "https://app.example.com/") { _id }
}"""
UPDATE_RECOVERY = """mutation($id: String!, $secret: String!, $password: String!) {
  accountUpdateRecovery(userId: $id, secret: $secret, password: $password) { _id }
}"""
CREATE_CODE = 'mutation($email: String!) { accountCreateEmailToken(userId: "unique()", email: $email) { userId } }'
REDEEM_CODE = "mutation($id: String!, $secret: String!) { accountCreateSession(userId: $id, secret: $secret) { _id } }"
LINK = r"userId=([\w.-]+)&secret=(\w+)"
CODE = r"\b(\d{6})\b"


class Mails:
    """The folder that mails go to."""

    def __init__(self, folder):
        self.folder = folder
        self.seen = set()

    @property
    def settings(self):
        """What a server needs to send there."""
        return {"mail__url": f"folder:{self.folder}", "mail__from": "accounts@example.com"}

    def find(self, pattern, to=""):
        """What the pattern's group finds in a mail that wasn't read yet; other mails are passed over.

        With `to`, those to others stay unread.
        """
        for _ in range(300):
            for file in set(self.folder.glob("*.eml")) - self.seen:
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if to not in message["To"]:
                    continue
                self.seen.add(file)
                if found := re.search(pattern, message.get_body(("plain",)).get_content()):
                    return found.groups()
            time.sleep(0.05)
        raise RuntimeError("no mail came")
