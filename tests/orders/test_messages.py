from datetime import UTC, datetime

import pytest

from services.orders.events import OrderSettled, order_placed
from services.orders.models import Order
from tests.support.messages import ORDER_ID, USER_ID, golden, payload, validator

PLACED_AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


def test_task_is_the_golden_one():
    order = Order(id=ORDER_ID, user_id=USER_ID, amount=258_000, currency="RUB", created_at=PLACED_AT, attempt=3)
    message = order_placed(order)
    assert message.encode() == golden("order_placed")
    assert (message.subject, message.key, message.attempt) == (ORDER_ID, str(USER_ID), 3)


@pytest.mark.parametrize("name", ["order_settled_paid", "order_settled_rejected"])
def test_golden_answer_is_read(name):
    message = payload(name, a_new_member=[1, 2])
    event = OrderSettled.from_payload(message)
    assert (event.subject, event.key) == (ORDER_ID, str(USER_ID))
    assert (event.status, event.reason or None) == (message["status"], message["reason"])


def test_fingerprint_tells_answers_apart():
    changes = [
        {},
        {"status": "REJECTED", "reason": "no_account"},
        {"user_id": str(ORDER_ID)},
        {"order_id": str(USER_ID)},
    ]
    answers = [OrderSettled.from_payload(payload("order_settled_paid", **change)) for change in changes]
    assert len({answer.fingerprint for answer in answers}) == 4


BAD_IDS = (..., None, "", 7, str(ORDER_ID).upper(), "{" + str(ORDER_ID) + "}", ORDER_ID.hex, "nonsense", [], "\0")
UNREADABLE = [
    *({name: bad} for name in ("order_id", "user_id") for bad in BAD_IDS),
    *({"status": bad} for bad in (..., None, "NEW", "paid", True, 1, [], "REJECTED")),
    *({"status": bad, "reason": "no_account"} for bad in ("NEW", "REFUNDED", "rejected")),
    *({"reason": bad} for bad in (..., "", "no_account", False)),
    *({"status": "REJECTED", "reason": bad} for bad in (..., None, "", "no_money", 1, ["no_account"])),
]


@pytest.mark.parametrize("change", UNREADABLE, ids=str)
def test_unreadable_answer_is_refused(change):
    message = payload("order_settled_paid", **change)
    with pytest.raises(ValueError, match=r"must be|unknown"):
        OrderSettled.from_payload(message)
    assert not validator("order_settled").is_valid(message)


def test_schema_accepts_the_golden_task():
    validator("order_placed").validate(payload("order_placed", a_new_member=1))
