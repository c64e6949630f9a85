"""What all shoppers of the storm have in common: a name, patience, and a hand that hangs up."""

import http.client
import time
import uuid
from contextlib import closing, suppress
from urllib.parse import urlsplit

RETRY_SECONDS = 0.25
PATIENCE_SECONDS = 180.0
ANSWER_SECONDS = 10.0


def new_name():
    return f"storm-{uuid.uuid4().hex[:12]}"


class Shopper:
    """One user, known in the history by name; `orders` are the ids that it was told."""

    def __init__(self, url, history, deadline):
        self.url = url
        self.history = history
        self.deadline = deadline
        self.name = new_name()
        self.orders = []

    def until_told(self, ask, what):
        """Ask until there is an answer."""
        while (answer := ask()) is None:
            self.wait(what)
        return answer

    def wait(self, what):
        if time.monotonic() > self.deadline:
            raise TimeoutError(f"{what}: no answer within {PATIENCE_SECONDS} s")
        time.sleep(RETRY_SECONDS)


def hang_up(prepared, seconds):
    """Send a request and close the connection so much later, with the answer unread: it has its effect or not."""
    address = urlsplit(prepared.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=ANSWER_SECONDS)
    with suppress(OSError), closing(connection):
        connection.request(prepared.method, prepared.path_url, prepared.body, dict(prepared.headers))
        time.sleep(seconds)
