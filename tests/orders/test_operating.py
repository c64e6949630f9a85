"""What orders tells staff of itself."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import F

from services.orders.models import Order
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db
API = "/api/v1/ops"


@pytest.fixture
def ask(client):
    def ask(path, staff=True, **query):
        return client.get(f"{API}/{path}", query, headers=bearer(uuid.uuid4(), staff=staff))

    return ask


def test_facts_are_told_with_what_is_wrong_and_what_to_do(ask, place):
    place(age=60)
    told = {each["name"]: each for each in ask("facts").json()["results"]}
    assert (told["delayed_orders"]["value"], told["delayed_orders"]["degraded"]) == (1, True)
    assert "doctor" in told["delayed_orders"]["advice"]
    assert (told["dead_letters"]["value"], told["dead_letters"]["degraded"]) == (0, False)


def test_pulse_is_of_real_rows_and_of_the_last_hour_alone(ask, place):
    for age, milliseconds in ((30, 100), (40, 200), (50, 300), (7200, 9000)):
        order = place(age=age)
        settled = F("created_at") + timedelta(milliseconds=milliseconds)
        Order.objects.filter(id=order.id).update(status="PAID", settled_at=settled)
    place()
    told = ask("pulse").json()
    assert (told["orders_a_minute"], told["timed"]) == (4 / 5, 3)
    assert (told["p50_ms"], told["p95_ms"]) == (pytest.approx(200), pytest.approx(290))


def test_pulse_of_a_quiet_hour_has_no_times(ask):
    assert ask("pulse").json() == {"orders_a_minute": 0, "timed": 0, "p50_ms": None, "p95_ms": None}


@pytest.mark.parametrize("path", ["facts", "pulse"])
def test_what_staff_see_is_nobody_elses(ask, client, path):
    assert ask(path, staff=False).status_code == 403
    assert client.get(f"{API}/{path}").status_code == 401
