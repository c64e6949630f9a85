import uuid
from datetime import UTC, datetime

import pytest
from exactly_once import Message

from loyalty.models import Award

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
USER, ORDER = uuid.uuid4(), uuid.uuid4()


def settled(status: str, order_id: uuid.UUID = ORDER) -> Message:
    """What payments sends."""
    payload = {"order_id": str(order_id), "user_id": str(USER), "status": status, "reason": None}
    return Message("payments.order_settled", order_id, str(USER), NOW, payload)


@pytest.mark.django_db
def test_paid_order_gives_points_once_however_often_it_comes(deliver):
    assert [deliver(settled("PAID")).state for _ in range(3)] == ["handled", "duplicate", "duplicate"]
    assert Award.objects.get().points == 10


@pytest.mark.django_db
def test_rejected_order_gives_none(deliver):
    assert deliver(settled("REJECTED")).state == "handled"
    assert not Award.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_crash_before_the_commit_gives_none_and_the_next_delivery_does(deliver, crash_at):
    with crash_at("inbox.before_commit"):
        deliver(settled("PAID"))
    assert not Award.objects.exists()
    deliver(settled("PAID"))
    assert Award.objects.count() == 1


@pytest.mark.django_db
def test_points_are_told_to_who_has_the_token(deliver, client, settings):
    for _ in range(2):
        deliver(settled("PAID", uuid.uuid4()))
    assert client.get(f"/api/v1/points/{USER}").status_code == 401
    told = client.get(f"/api/v1/points/{USER}", headers={"Authorization": f"Bearer {settings.TOKEN}"})
    assert told.json() == {"points": 20}
