from datetime import UTC, datetime

import pytest

from services.payments.events import OrderPlaced, OrderSettled
from tests.support.messages import ORDER_ID, USER_ID, golden, payload, validator

SETTLED_AT = datetime(2026, 11, 22, 9, 30, 0, 654321, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [("order_settled_paid", "PAID", ""), ("order_settled_rejected", "REJECTED", "insufficient_funds")],
)
def test_answer_is_the_golden_one(name, status, reason):
    message = OrderSettled(ORDER_ID, USER_ID, status, reason, SETTLED_AT).message(attempt=2)
    assert message.encode() == golden(name)
    assert (message.subject, message.key, message.attempt) == (ORDER_ID, str(USER_ID), 2)


def test_golden_task_is_read():
    event = OrderPlaced.from_payload(payload("order_placed", a_new_member={}))
    assert event == OrderPlaced(ORDER_ID, USER_ID, 258_000, "RUB")
    assert (event.subject, event.key) == (ORDER_ID, str(USER_ID))


def test_fingerprint_tells_tasks_apart():
    changes = [{}, {"amount": 1}, {"currency": "USD"}, {"user_id": str(ORDER_ID)}, {"order_id": str(USER_ID)}]
    tasks = [OrderPlaced.from_payload(payload("order_placed", **change)) for change in changes]
    assert len({task.fingerprint for task in tasks}) == 5


BAD_IDS = (..., None, "", 7, str(ORDER_ID).upper(), "{" + str(ORDER_ID) + "}", ORDER_ID.hex, "nonsense", [], "\0")
UNREADABLE = [
    *({name: bad} for name in ("order_id", "user_id") for bad in BAD_IDS),
    *({"amount": bad} for bad in (..., None, 0, -1, 10**12 + 1, 10**30, 1.5, "1", True, [], float("nan"))),
    *({"currency": bad} for bad in (..., None, "", "rub", "RUBL", "RU", "РУБ", 643, "RUB\n")),
]


@pytest.mark.parametrize("change", UNREADABLE, ids=str)
def test_unreadable_task_is_refused(change):
    message = payload("order_placed", **change)
    with pytest.raises(ValueError, match="must be"):
        OrderPlaced.from_payload(message)
    assert not validator("order_placed").is_valid(message)


def test_whole_float_is_no_amount():
    with pytest.raises(ValueError, match="amount"):
        OrderPlaced.from_payload(payload("order_placed", amount=1.0))  # JSON Schema cannot tell it from 1


@pytest.mark.parametrize("name", ["order_settled_paid", "order_settled_rejected"])
def test_schema_accepts_the_golden_answers(name):
    validator("order_settled").validate(payload(name, a_new_member=1))
