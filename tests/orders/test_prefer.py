"""`Prefer: wait=N`: the answer comes as soon as the order is final."""

import threading
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from services.common.http.prefer import place_to_wait
from services.orders.models import Order
from tests.orders.test_place_order import TWO_TEAS

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/orders"
NEVER = 5.0


def pay_all():
    Order.objects.update(status="PAID", settled_at=timezone.now())
    connection.close()


@pytest.fixture
def paid_a_moment_later():
    """Payments' answer arrives while the request waits."""
    answer = threading.Timer(0.3, pay_all)
    answer.start()
    yield
    answer.join()


@pytest.fixture
def ask(client, headers):
    def ask(method, path, body=None, prefer="wait=5"):
        options = {"content_type": "application/json"} if body else {}
        return getattr(client, method)(path, body, headers={**headers, "Prefer": prefer}, **options)

    return ask


def test_read_waits_until_the_order_is_final(ask, place, paid_a_moment_later):
    started = time.monotonic()
    response = ask("get", f"{URL}/{place().id}")
    assert (response.json()["status"], response["Preference-Applied"]) == ("PAID", "wait=5")
    assert time.monotonic() - started < NEVER


def test_new_order_is_answered_once_it_is_final(ask, catalogue, paid_a_moment_later):
    response = ask("post", URL, TWO_TEAS)
    assert (response.status_code, response.json()["status"]) == (201, "PAID")
    assert response.json()["settled_at"]


def test_wait_ends_with_what_is_so_then(ask, place):
    started = time.monotonic()
    response = ask("get", f"{URL}/{place().id}", prefer="wait=1")
    assert (response.json()["status"], response["Preference-Applied"]) == ("NEW", "wait=1")
    assert 1 <= time.monotonic() - started < NEVER


@pytest.mark.parametrize("prefer", ["", "wait", "wait=", "wait=-1", "wait=many", "respond-async", "wait=²"])
def test_preference_that_cannot_be_read_is_ignored(ask, place, prefer):
    response = ask("get", f"{URL}/{place().id}", prefer=prefer)
    assert response.json()["status"] == "NEW"
    assert "Preference-Applied" not in response


@pytest.mark.parametrize(("prefer", "applied"), [("respond-async, Wait=2", "wait=2"), ("wait=60", "wait=5")])
def test_wait_is_found_among_others_and_is_five_seconds_at_most(ask, place, prefer, applied):
    order = place()
    pay_all()
    assert ask("get", f"{URL}/{order.id}", prefer=prefer)["Preference-Applied"] == applied


def test_answer_comes_at_once_where_half_of_the_threads_wait_already(ask, place):
    order = place()
    with ExitStack() as others:
        taken = [others.enter_context(place_to_wait(1)) for _ in range(settings.WAITING_AT_ONCE)]
        assert all(taken)
        response = ask("get", f"{URL}/{order.id}")
    assert response.json()["status"] == "NEW"
    assert "Preference-Applied" not in response
