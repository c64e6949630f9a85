"""A task as it comes: through signature, inbox and handler, to the answer in the outbox."""

import uuid

import pytest

from services.messaging.message import Message
from services.messaging.testing import State
from services.payments.events import ORDER_PLACED, ORDER_SETTLED
from services.payments.models import Settlement
from tests.messaging.ring import WRITTEN_AT
from tests.payments.builders import open_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task():
    user_id, order_id = uuid.uuid4(), uuid.uuid4()
    open_with(1_000, user_id)
    payload = {"order_id": str(order_id), "user_id": str(user_id), "amount": 700, "currency": "RUB"}
    return Message(ORDER_PLACED, order_id, str(user_id), WRITTEN_AT, payload)


def test_task_is_settled_and_answered_once_however_often_it_comes(deliver, outbox, task):
    assert [deliver(task).state for _ in range(3)] == [State.HANDLED, State.DUPLICATE, State.DUPLICATE]
    [answer] = outbox.of_type(ORDER_SETTLED)
    assert (answer.subject, answer.payload["status"]) == (task.subject, "PAID")
    assert Settlement.objects.count() == 1


def test_crash_before_the_commit_settles_nothing_and_the_next_delivery_settles_it(deliver, outbox, crash_at, task):
    with crash_at("inbox.before_commit"):
        deliver(task)
    assert (outbox.sent, Settlement.objects.count()) == ([], 0)
    assert deliver(task).state is State.HANDLED
    assert Settlement.objects.get().status == "PAID"
