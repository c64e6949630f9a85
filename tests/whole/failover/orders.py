"""The orders service beside a pair of servers: its commands as processes, and what they are told."""

import os
import sys
import uuid

from services.common.env import ROOT, configured
from services.embedded.children import start_child

PLACE = """
import uuid
from django.utils import timezone
from services.orders.use_cases.placing import place_order
now, user = timezone.now(), uuid.UUID(int=7)
placed = place_order(user_id=user, quantities={{"wool-socks": 1}}, now=now, idempotency_key="{key}")
print("acknowledged", placed.id, flush=True)
"""


class Orders:
    """Each process reaches the server that is the primary when the process starts; its topic is its own."""

    def __init__(self, pair, folder):
        self.pair, self.folder = pair, folder
        self.topic = f"failover-{uuid.uuid4().hex[:8]}"
        self.bootstrap_servers = configured()["KAFKA_BOOTSTRAP_SERVERS"]

    def start(self, *words):
        """A command of `manage.py orders`; its output goes to a file, which `output` reads."""
        own = {"ORDERS_DATABASE_URL": self.pair.url(), "OUTBOX_TOPIC": self.topic}
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        path = self.folder / f"{len(list(self.folder.iterdir()))}.output"
        with path.open("wb") as file:
            command = [sys.executable, "manage.py", "orders", *words]
            process = start_child(command, environment={**environment, **own}, cwd=ROOT, stdout=file, stderr=file)
        process.output = path.read_text
        return process

    def run(self, *words):
        process = self.start(*words)
        process.wait(60)
        assert process.returncode == 0, process.output()
        return process.output()

    def place(self, key=""):
        """Start to place an order; its id is in the output once it is acknowledged."""
        return self.start("shell", "--no-imports", "-c", PLACE.format(key=key))
