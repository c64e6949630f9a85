"""The tutorial's own code, typed into an empty folder beside the installed package."""

import secrets
import uuid
from datetime import UTC, datetime

import pytest
from confluent_kafka import Producer

from services.common.env import ROOT, configured
from services.messaging.keys import PrivateKey
from services.messaging.message import Message
from services.messaging.signature import sign
from tests.support.backing_services import wait_until
from tests.whole.wheel.projects import Folder, database
from tests.whole.wheel.readme import blocks

pytestmark = pytest.mark.timeout(300)  # on a busy machine pip alone takes a minute

BLOCKS = blocks((ROOT / "docs/tutorial.md").read_text())
EXAMPLE = ROOT / "examples/loyalty"
MADE = {
    "conftest.py",
    "loyalty/__init__.py",
    "loyalty/migrations/__init__.py",
    "loyalty/migrations/0001_points.py",
}
PAIR = PrivateKey.generate()
USER = uuid.uuid4()


def test_tutorial_is_the_example():
    files = (path.relative_to(EXAMPLE) for path in EXAMPLE.rglob("*.py"))
    written = {str(path) for path in files if path.parts[0] != "exactly_once"}
    assert written - MADE == BLOCKS.keys()
    assert {path: (EXAMPLE / path).read_text() for path in BLOCKS} == BLOCKS
    assert sum(len((EXAMPLE / path).read_text().splitlines()) for path in written) < 250


@pytest.fixture
def loyalty(programs, tmp_path, broker):
    with database(configured()["ORDERS_DATABASE_URL"], f"test_orders_tutorial_{uuid.uuid4().hex[:8]}") as (url, found):
        variables = {
            "LOYALTY_SECRET_KEY": secrets.token_hex(),
            "LOYALTY_DATABASE_URL": url,
            "LOYALTY_FEED_URL": "http://127.0.0.1:9/messaging/feed/inbox",
            "LOYALTY_FEED_KEY": secrets.token_hex(),
            "LOYALTY_PUBLIC_KEY": PAIR.public.text,
            "LOYALTY_TOKEN": secrets.token_hex(),
            "KAFKA_BOOTSTRAP_SERVERS": broker,
            "KAFKA_PROFILE": "embedded",
            "ALLOW_UNSAFE_DATABASE": "1",
        }
        folder = Folder(tmp_path, programs, found, variables)
        for path, text in BLOCKS.items():
            folder.write(path, text)
        for path in ("loyalty/__init__.py", "loyalty/migrations/__init__.py"):
            folder.write(path, "")
        yield folder


def test_paid_orders_get_points_once(loyalty, broker):
    for command in (["makemigrations", "loyalty"], ["check"], ["migrate"]):
        loyalty.manage(*command)
    paid, refused = settled("PAID"), settled("REJECTED")
    with loyalty.running("run_messaging"):
        producer = Producer({"bootstrap.servers": broker})
        wait_until(lambda: "inbox" in producer.list_topics(timeout=5).topics, seconds=30, what="the topic")
        for message in (paid, refused, paid):
            send(producer, message)
        handled = "SELECT duplicates FROM messaging_inboxmessage WHERE processed_at IS NOT NULL ORDER BY id"
        wait_until(lambda: loyalty.rows(handled) == [(1,), (0,)], seconds=60, what="both are handled")
    assert loyalty.rows("SELECT order_id, user_id, points FROM loyalty_award") == [(paid.subject, USER, 10)]


def settled(status):
    order_id = uuid.uuid4()
    payload = {"order_id": str(order_id), "user_id": str(USER), "status": status, "reason": None}
    return Message("payments.order_settled", order_id, str(USER), datetime.now(UTC), payload)


def send(producer, message):
    """As payments' relay does."""
    key, value = message.key.encode(), message.encode()
    signature = sign(topic="inbox", key=key, attempt=b"1", value=value, keys={"loyalty": PAIR})
    producer.produce("inbox", value, key, headers={"attempt": "1", "signature": signature})
    assert producer.flush(10) == 0
