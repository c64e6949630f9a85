import uuid
from datetime import UTC, datetime

import pytest

from services.orders.events import ORDER_PLACED, ORDER_SETTLED, OrderSettled, order_placed
from services.orders.models import Order
from tests.support.configure import configure
from tests.support.messages import KEYS, ORDER_ID, USER_ID, golden, golden_of_topic, require_golden, validator

PLACED_AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
PAID = golden(ORDER_SETTLED)["paid"]
RECEIVED = golden_of_topic("inbox")


@pytest.mark.django_db(transaction=True)
def test_task_is_sent_byte_for_byte_as_its_version_was(settings):
    configure(settings, SENDS={"*": "outbox"}, KEYS={"outbox": KEYS})
    require_golden(ORDER_PLACED, lambda says: order_placed(order_of(says)))


def order_of(says):
    fields = {name: value for name, value in says.items() if name != "order_id"}
    return Order(**fields, id=uuid.UUID(says["order_id"]), created_at=PLACED_AT)


@pytest.mark.parametrize("example", RECEIVED.values(), ids=RECEIVED)
def test_answer_of_every_version_is_understood(example):
    assert example.understood() == example.says


def test_answer_with_a_new_member_is_read():
    event = OrderSettled.from_payload(PAID.payload(a_new_member=[1, 2]))
    assert event == OrderSettled(ORDER_ID, USER_ID, "PAID", "")
    assert (event.subject, event.key) == (ORDER_ID, str(USER_ID))


def test_fingerprint_tells_answers_apart():
    changes = [
        {},
        {"status": "REJECTED", "reason": "no_account"},
        {"user_id": str(ORDER_ID)},
        {"order_id": str(USER_ID)},
    ]
    answers = [OrderSettled.from_payload(PAID.payload(**change)) for change in changes]
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
    message = PAID.payload(**change)
    with pytest.raises(ValueError, match=r"must be|unknown"):
        OrderSettled.from_payload(message)
    assert not validator("order_settled").is_valid(message)


@pytest.mark.parametrize("example", golden(ORDER_PLACED).values(), ids=golden(ORDER_PLACED))
def test_schema_accepts_the_golden_task(example):
    validator("order_placed").validate(example.payload(a_new_member=1))
