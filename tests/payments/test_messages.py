import uuid
from datetime import UTC, datetime

import pytest

from services.payments.events import ORDER_PLACED, ORDER_SETTLED, OrderPlaced, OrderSettled
from tests.support.configure import configure
from tests.support.messages import KEYS, ORDER_ID, USER_ID, golden, golden_of_topic, require_golden, validator

SETTLED_AT = datetime(2026, 11, 22, 9, 30, 0, 654321, tzinfo=UTC)
TASK = golden(ORDER_PLACED)["first"]
RECEIVED = golden_of_topic("outbox")


@pytest.mark.django_db(transaction=True)
def test_answer_is_sent_byte_for_byte_as_its_version_was(settings):
    configure(settings, SENDS={"*": "inbox"}, KEYS={"inbox": KEYS})
    require_golden(ORDER_SETTLED, answer_of)


def answer_of(says):
    fields = {name: value for name, value in says.items() if name != "attempt"}
    ids = {name: uuid.UUID(fields.pop(name)) for name in ("order_id", "user_id")}
    return OrderSettled(**ids, **fields, settled_at=SETTLED_AT).message(attempt=says["attempt"])


@pytest.mark.parametrize("example", RECEIVED.values(), ids=RECEIVED)
def test_task_of_every_version_is_understood(example):
    assert example.understood() == example.says


def test_task_with_a_new_member_is_read():
    event = OrderPlaced.from_payload(TASK.payload(a_new_member={}))
    assert event == OrderPlaced(ORDER_ID, USER_ID, 258_000, "RUB")
    assert (event.subject, event.key) == (ORDER_ID, str(USER_ID))


def test_fingerprint_tells_tasks_apart():
    changes = [{}, {"amount": 1}, {"currency": "USD"}, {"user_id": str(ORDER_ID)}, {"order_id": str(USER_ID)}]
    tasks = [OrderPlaced.from_payload(TASK.payload(**change)) for change in changes]
    assert len({task.fingerprint for task in tasks}) == 5


BAD_IDS = (..., None, "", 7, str(ORDER_ID).upper(), "{" + str(ORDER_ID) + "}", ORDER_ID.hex, "nonsense", [], "\0")
UNREADABLE = [
    *({name: bad} for name in ("order_id", "user_id") for bad in BAD_IDS),
    *({"amount": bad} for bad in (..., None, 0, -1, 10**12 + 1, 10**30, 1.5, "1", True, [], float("nan"))),
    *({"currency": bad} for bad in (..., None, "", "rub", "RUBL", "RU", "РУБ", 643, "RUB\n")),
]


@pytest.mark.parametrize("change", UNREADABLE, ids=str)
def test_unreadable_task_is_refused(change):
    message = TASK.payload(**change)
    with pytest.raises(ValueError, match="must be"):
        OrderPlaced.from_payload(message)
    assert not validator("order_placed").is_valid(message)


def test_whole_float_is_no_amount():
    with pytest.raises(ValueError, match="amount"):
        OrderPlaced.from_payload(TASK.payload(amount=1.0))  # JSON Schema cannot tell it from 1


@pytest.mark.parametrize("example", golden(ORDER_SETTLED).values(), ids=golden(ORDER_SETTLED))
def test_schema_accepts_the_golden_answers(example):
    validator("order_settled").validate(example.payload(a_new_member=1))
