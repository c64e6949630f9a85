"""`Prefer: wait=N` at the gateway, which has orders wait for it."""

import time

import pytest

from tests.gateway.answers import ORDER, ORDER_ID
from tests.gateway.stub import reply

PATH = f"/api/v1/orders/{ORDER_ID}"
NEW = ORDER
PAID = {**NEW, "status": "PAID", "settled_at": ORDER["created_at"]}
SOON = 4.0
LINES = [{"product": "green-tea", "quantity": 2}]


def told(body, status=200):
    return lambda handler: reply(handler, status, body, {})


def read(api, prefer="wait=5"):
    return api.get(PATH, headers={"Prefer": prefer})


def test_order_is_asked_for_until_it_is_final(api, orders):
    orders.behave("GET", f"orders/{ORDER_ID}", told(NEW), told(NEW), told(PAID))
    response = read(api)
    assert (response.json()["status"], response["Preference-Applied"]) == ("PAID", "wait=5")
    first, *others = [seen.headers.get("Prefer") for seen in orders.seen]
    assert first is None
    assert all(0 < float(prefer.removeprefix("wait=")) <= 1 for prefer in others)


def test_new_order_is_answered_as_it_is_once_it_is_final(api, orders):
    orders.answer("POST", "orders", NEW, status=201)
    orders.answer("GET", f"orders/{ORDER_ID}", PAID)
    response = api.post(
        "/api/v1/orders", {"items": LINES}, content_type="application/json", headers={"Prefer": "wait=2"}
    )
    assert (response.status_code, response.json()["status"]) == (201, "PAID")


def test_wait_ends_with_what_is_so_then(api, orders):
    orders.answer("GET", f"orders/{ORDER_ID}", NEW)
    started = time.monotonic()
    assert read(api, "wait=1").json()["status"] == "NEW"
    assert 1 <= time.monotonic() - started < SOON


def test_placed_order_is_told_though_orders_falls_silent_while_it_is_waited_for(api, orders):
    orders.answer("POST", "orders", NEW, status=201)
    orders.behave("GET", f"orders/{ORDER_ID}", orders.hang)
    started = time.monotonic()
    response = api.post(
        "/api/v1/orders", {"items": LINES}, content_type="application/json", headers={"Prefer": "wait=1"}
    )
    assert (response.status_code, response.json()["status"]) == (201, "NEW")
    assert "Preference-Applied" not in response
    assert time.monotonic() - started < SOON


@pytest.mark.parametrize("body", [NEW, PAID])
def test_nobody_waits_who_does_not_prefer_it(api, orders, body):
    orders.answer("GET", f"orders/{ORDER_ID}", body)
    response = api.get(PATH)
    assert response.json()["status"] == body["status"]
    assert len(orders.seen) == 1
    assert "Preference-Applied" not in response
