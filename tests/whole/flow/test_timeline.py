"""An order's way as its client reads it, from clocks that all are honest."""

from datetime import datetime

import pytest

from tests.proof.scenario.client import ShopClient

NAMES = [
    "created", "enqueued", "produced", "received", "settled",
    "reply_enqueued", "reply_produced", "reply_received", "status_changed",
]  # fmt: skip
ORDERS = 26


@pytest.fixture
def client(shop):
    client = ShopClient(shop.url)
    client.register()
    return client


def test_nine_steps_of_every_order_happened_one_after_the_other(client):
    product = client.products()[0]
    orders = [client.order(product) for _ in range(ORDERS)]
    for order in orders:
        timeline = client.call("GET", f"orders/{order['id']}/timeline", expect=200)
        assert timeline["complete"]
        assert [step["step"] for step in timeline["steps"]] == NAMES
        times = [datetime.fromisoformat(step["at"]) for step in timeline["steps"]]
        assert times == sorted(times), timeline["steps"]
