"""The storm's person at the web shop reads what pages say, and is told of one order whatever happens to a press."""

import time

import pytest

from tests.proof.chaos.errands import Form, Ordering
from tests.proof.chaos.history import OK, REFUSED, UNKNOWN, History
from tests.proof.chaos.web_shopper import WebShopper
from tests.support.backing_services import wait_until

MONEY = 10_000_000
PRODUCT, PRICE = "tuesday-tea", 9_900


@pytest.fixture
def person(shop):
    person = WebShopper(shop.url, History(), time.monotonic() + 120, seed=1)
    person.register()
    person.deposit(MONEY)
    return person


def told(person, call, outcome=OK):
    return person.history.of(call, outcome)


def wait_for_payment(person):
    def is_paid():
        person.visit(f"/orders/{person.orders[-1]}/")
        return told(person, "payment")

    wait_until(is_paid, seconds=60, what="paid", every=0.2)


def test_statements_of_pages_go_into_the_history(person):
    person.order(PRODUCT, 2)
    wait_for_payment(person)
    person.visit("/orders/")
    person.visit("/account/")
    ((order,), payment) = told(person, "order"), told(person, "payment")[0]
    assert (order.id, order.amount, payment.id, payment.amount) == (payment.id, 2 * PRICE, person.orders[0], 2 * PRICE)
    assert {event.id for event in told(person, "read")} == {order.id}
    assert told(person, "read")[-1].status == "PAID"
    assert [event.amount for event in told(person, "deposit")] == [MONEY]
    assert [event.balance for event in told(person, "balance")[-2:]] == [MONEY - 2 * PRICE] * 2


def test_press_that_is_hung_up_on_is_told_in_the_end(person, shop):
    person.order(PRODUCT, 1, cut=0.0)
    person.deposit(500, cut=0.0)
    pressed = [event.key for event in told(person, "order", UNKNOWN)]
    placed = shop.select("orders", "SELECT id::text FROM orders_order WHERE idempotency_key = ANY(%s)", [pressed])
    assert sorted(order_id for (order_id,) in placed) == sorted(person.orders)
    assert person.orders
    assert {event.amount for event in told(person, "deposit")} == {MONEY, 500}


def test_old_form_leads_to_its_order(person):
    person.order(PRODUCT, 1, times=2)
    first, again = told(person, "order")
    assert (first.id, first.key) == (again.id, again.key)


def test_cart_that_changed_under_its_form_is_refused_with_its_cause(person):
    errand = Ordering(person, PRODUCT, 1)
    form = errand.offered()
    errand.change()
    errand.press(form)
    (refused,) = told(person, "order", REFUSED)
    assert (refused.key, refused.cause) == (form.key, "a change of the cart")
    errand.go_on()
    assert len(person.orders) == 1


def test_statement_that_nobody_can_have_caused_is_refused_without_a_cause(person):
    errand = Ordering(person, PRODUCT, 1)
    form = errand.offered()
    errand.press(Form({**form.fields, "key": "0" * 32}, form.amount))
    (refused,) = told(person, "order", REFUSED)
    assert refused.cause == ""
