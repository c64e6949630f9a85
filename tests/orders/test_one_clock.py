"""The database's clock alone decides what is late: a process whose own is an hour off works as any other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from services.common.clock import database_now
from services.messaging.models import PendingDelivery
from services.orders import chores
from services.orders.facts import FACTS
from services.orders.models import Order

URL = "/api/v1/orders"
TWO_TEAS = {"items": [{"product": "green-tea", "quantity": 2}]}


@pytest.fixture(params=[-1, 1], ids=["slow", "fast"])
def wrong_clock(request, monkeypatch):
    """From here on this process is an hour off."""
    now = timezone.now

    def set_it():
        monkeypatch.setattr("django.utils.timezone.now", lambda: now() + timedelta(hours=request.param))

    return set_it


def test_order_is_placed_at_the_databases_time(client, catalogue, headers, wrong_clock, settings):
    settings.WATCHDOG_FIRST_SECONDS = 3
    wrong_clock()
    before = database_now()
    client.post(URL, TWO_TEAS, content_type="application/json", headers=headers)
    order = Order.objects.get()
    assert before < order.created_at < database_now()
    assert order.resend_at == order.created_at + timedelta(seconds=3)


@pytest.mark.parametrize(("age", "healed"), [(60, 1), (1, 0)])
def test_watchdog_heals_in_time(place, wrong_clock, age, healed):
    order = place(age=age)
    PendingDelivery.objects.all().delete()
    wrong_clock()
    assert chores.resend_unsettled() == healed
    order.refresh_from_db()
    assert order.resend_at < database_now() + timedelta(minutes=15)


@pytest.mark.parametrize(("age", "late"), [(60, 1), (1, 0)])
def test_delayed_is_what_is_late_by_the_database(client, place, headers, wrong_clock, age, late):
    order = place(age=age)
    wrong_clock()
    assert client.get(f"{URL}/{order.id}", headers=headers).json()["delayed"] is bool(late)
    assert {fact.name: fact.take().value for fact in FACTS}["delayed_orders"] == late
    assert chores.alert_staff() == late
