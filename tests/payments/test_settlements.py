import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from services.messaging.models import Delivery, InboxMessage, OutboxMessage
from services.payments import queries
from services.payments.use_cases import decide_orders
from tests.payments.builders import open_with, task
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db
URL = "/api/v1/settlements"


def settle(*tasks):
    decide_orders(tasks=tasks, now=timezone.now())


@pytest.fixture
def get(client):
    def get(path=URL, query=None, headers=None):
        return client.get(path, query, headers=headers or bearer(scope="audit", issuer="orders"))

    return get


def test_settlements_are_told_page_by_page_with_what_the_ledger_took(get, monkeypatch):
    monkeypatch.setattr(queries, "SETTLEMENTS_PAGE", 2)
    account = open_with(1000)
    tasks = [task(account.user_id, amount) for amount in (300, 5000, 200)]
    settle(*tasks)
    seen, after = [], None
    while True:
        page = get(query={"after": after} if after else None).json()
        seen += page["results"]
        after = page["next_after"]
        if after is None:
            break
    assert [each["order_id"] for each in seen] == sorted(str(each.order.order_id) for each in tasks)
    told = {each["amount"]: (each["status"], each["reason"], each["entries_sum"]) for each in seen}
    assert told == {
        300: ("PAID", None, -300),
        5000: ("REJECTED", "insufficient_funds", 0),
        200: ("PAID", None, -200),
    }


def test_settlements_are_for_the_audit_alone(get):
    assert get(headers=bearer(uuid.uuid4(), staff=True)).status_code == 403
    for after in ("x", "a\0b"):
        assert get(query={"after": after}).status_code == 400


def received(order, user_id, produced_at=None):
    now = timezone.now()
    InboxMessage.objects.create(
        message_id=uuid.uuid4(), type="orders.order_placed", subject=order, key=str(user_id), topic="outbox",
        partition=3, offset=17, value=b"", fingerprint=b"", received_at=now, kafka_timestamp=produced_at,
    )  # fmt: skip


def test_timeline_tells_what_has_happened_here(get, user_id, headers):
    payment = task(user_id, 300)
    order_id = payment.order.order_id
    path = f"/api/v1/orders/{order_id}/timeline"
    assert get(path, headers=headers).json() == {"complete": False, "steps": []}
    received(order_id, user_id)
    [first] = get(path, headers=headers).json()["steps"]
    assert (first["service"], first["step"], first["detail"]) == ("payments", "received", "partition 3, offset 17")
    settle(payment)
    steps = get(path, headers=headers).json()["steps"]
    assert [step["step"] for step in steps] == ["received", "settled", "reply_enqueued"]
    assert steps[1]["detail"] == "REJECTED no_account"
    Delivery.objects.create(message=OutboxMessage.objects.get(), attempt=1, partition=2, offset=7)
    body = get(path, headers=headers).json()
    assert (body["complete"], body["steps"][-1]["detail"]) == (True, "partition 2, offset 7")


def test_task_was_produced_when_its_record_says(get, user_id, headers):
    order_id, produced_at = uuid.uuid4(), timezone.now() - timedelta(seconds=1)
    received(order_id, user_id, produced_at)
    produced, taken = get(f"/api/v1/orders/{order_id}/timeline", headers=headers).json()["steps"]
    assert (produced["step"], produced["detail"], taken["step"]) == ("produced", "partition 3, offset 17", "received")
    assert datetime.fromisoformat(produced["at"]) == produced_at


def test_timeline_of_another_users_order_is_empty(get, user_id):
    payment = task(user_id, 300)
    received(payment.order.order_id, user_id)
    settle(payment)
    path = f"/api/v1/orders/{payment.order.order_id}/timeline"
    assert get(path, headers=bearer(uuid.uuid4())).json()["steps"] == []
