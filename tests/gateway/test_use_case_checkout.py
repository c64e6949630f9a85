"""Ordering a cart without a browser: one key makes one order, however orders answers."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from services.common.tokens import Caller
from services.gateway.clients.upstreams import upstreams_as
from services.gateway.models import Attempt, OrderedCart
from services.gateway.use_cases import carts
from services.gateway.use_cases.attempts import OutcomeUnknown
from services.gateway.use_cases.checkout import REMEMBERED, NotOrdered, Ordered, order_cart, review
from tests.gateway.answers import ORDER, ORDER_ID, PRODUCT, page, problem
from tests.gateway.dtos import rubles
from tests.gateway.stub import hang_up, reply

pytestmark = pytest.mark.django_db
TOTAL = rubles(258_000)
MADE = uuid.UUID(ORDER_ID)


@pytest.fixture
def client(orders, user):
    orders.answer("GET", "products", page(PRODUCT))
    orders.answer("POST", "orders", ORDER, status=201)
    return upstreams_as(Caller(user.id)).orders


@pytest.fixture
def shopper(user):
    """A user with two teas in the cart."""
    visitor = carts.Visitor(user_id=user.id)
    carts.add(visitor, "green-tea", 2)
    return visitor


@pytest.fixture
def key(shopper):
    return carts.contents(shopper).key


@pytest.fixture
def order(client, shopper):
    """Order what a key stands for, as the shopper."""
    return lambda key: order_cart(shopper.user_id, orders=client, key=key, expected_total=TOTAL)


def posted(orders):
    return [seen for seen in orders.seen if seen.method == "POST"]


def ordered_carts():
    return list(OrderedCart.objects.values_list("key", "order_id"))


# --- Review ---


def test_review_is_the_cart_at_todays_prices_with_its_key(client, shopper, key):
    found = review(shopper.user_id, orders=client)
    assert (found.key, found.cart.total) == (key, TOTAL)


def test_empty_cart_cannot_be_ordered_and_asks_nobody(client, orders, user):
    assert review(user.id, orders=client) is None
    assert orders.seen == []


def test_cart_with_a_product_sold_no_longer_cannot_be_ordered(client, shopper):
    carts.add(shopper, "gone", 1)
    assert review(shopper.user_id, orders=client) is None


# --- Ordering ---


def test_order_is_placed_with_key_contents_and_total_and_the_cart_is_empty(order, orders, shopper, key):
    assert order(key) == Ordered(key, MADE)
    (seen,) = posted(orders)
    assert seen.headers["Idempotency-Key"] == str(key)
    assert seen.body == {
        "items": [{"product": "green-tea", "quantity": 2}],
        "expected_total": {"amount": TOTAL.amount, "currency": TOTAL.currency},
    }
    assert carts.contents(shopper).quantities == {}
    assert ordered_carts() == [(key, MADE)]


def test_key_sent_again_leads_to_its_order_and_leaves_a_new_cart_alone(order, orders, shopper, key):
    order(key)
    carts.add(shopper, "green-tea", 1)
    assert order(key) == Ordered(key, MADE)
    assert len(posted(orders)) == 1
    assert carts.contents(shopper).quantities == {"green-tea": 1}


def test_key_of_changed_contents_orders_nothing(order, orders, shopper, key):
    carts.add(shopper, "green-tea", 1)
    assert order(key) is NotOrdered.CART_CHANGED
    assert posted(orders) == []


def test_another_users_key_orders_nothing(orders, client, key):
    assert order_cart(uuid.uuid4(), orders=client, key=key, expected_total=TOTAL) is NotOrdered.CART_CHANGED
    assert posted(orders) == []


def test_another_users_key_tells_no_order(order, orders, client, key):
    order(key)
    assert order_cart(uuid.uuid4(), orders=client, key=key, expected_total=TOTAL) is NotOrdered.CART_CHANGED
    assert len(posted(orders)) == 1


@pytest.mark.parametrize(
    ("status", "slug", "reason"),
    [
        (409, "price-changed", NotOrdered.PRICE_CHANGED),
        (400, "invalid", NotOrdered.CART_CHANGED),
    ],
)
def test_refusal_is_told_by_its_reason_and_the_cart_stays_as_it_was(order, orders, shopper, key, status, slug, reason):
    before = carts.contents(shopper)
    orders.answer("POST", "orders", problem(status, slug), status=status)
    assert order(key) is reason
    assert carts.contents(shopper) == before
    assert ordered_carts() == []
    assert not Attempt.objects.exists()


def test_contents_that_were_ordered_with_another_total_leave_the_cart(order, orders, shopper, key):
    orders.answer("POST", "orders", problem(422, "idempotency-key-reused"), status=422)
    assert order(key) == order(key) == Ordered(key, None)
    assert carts.contents(shopper).quantities == {}
    assert len(posted(orders)) == 1


@pytest.mark.parametrize(("status", "slug"), [(409, "in-progress"), (409, "bad-request"), (429, "too-many-requests")])
def test_refusal_that_is_not_final_leaves_the_outcome_open(order, orders, key, status, slug):
    orders.answer("POST", "orders", problem(status, slug), status=status)
    with pytest.raises(OutcomeUnknown):
        order(key)
    orders.answer("POST", "orders", ORDER, status=201)
    assert order(key) == Ordered(key, MADE)


def test_silence_leaves_cart_and_key_so_that_the_same_key_settles_it(order, orders, shopper, key):
    before = carts.contents(shopper)
    orders.behave("POST", "orders", hang_up, hang_up, lambda handler: reply(handler, 201, ORDER, {}))
    with pytest.raises(OutcomeUnknown):
        order(key)
    assert carts.contents(shopper) == before
    assert order(key) == Ordered(key, MADE)
    assert {seen.headers["Idempotency-Key"] for seen in posted(orders)} == {str(key)}


def test_keys_of_long_ago_are_forgotten_with_the_next_order(order, orders, user, key):
    old = OrderedCart.objects.create(key=uuid.uuid4(), user=user, order_id=MADE)
    recent = OrderedCart.objects.create(key=uuid.uuid4(), user=user, order_id=MADE)
    OrderedCart.objects.filter(key=old.key).update(created_at=timezone.now() - REMEMBERED - timedelta(hours=1))
    order(key)
    assert {found for found, _ in ordered_carts()} == {recent.key, key}


@pytest.mark.django_db(transaction=True)
def test_what_was_added_while_the_order_was_placed_stays_in_the_cart(order, orders, shopper, key):
    def add_in_another_tab(handler):
        elsewhere(carts.add, shopper, "green-tea", 1)
        elsewhere(carts.add, shopper, "mug", 1)
        reply(handler, 201, ORDER, {})

    orders.behave("POST", "orders", add_in_another_tab)
    assert order(key) == Ordered(key, MADE)
    assert carts.contents(shopper).quantities == {"green-tea": 1, "mug": 1}


@pytest.mark.django_db(transaction=True)
def test_later_twin_of_an_order_takes_nothing_out_of_the_next_cart(order, orders, shopper, key):
    def twin_is_faster(handler):
        assert elsewhere(order, key) == Ordered(key, MADE)
        elsewhere(carts.add, shopper, "green-tea", 1)
        reply(handler, 201, ORDER, {})

    orders.behave("POST", "orders", twin_is_faster, lambda handler: reply(handler, 201, ORDER, {}))
    assert order(key) == Ordered(key, MADE)
    assert carts.contents(shopper).quantities == {"green-tea": 1}


@pytest.mark.django_db(transaction=True)
def test_twin_that_ends_between_two_looks_at_the_database_leads_to_the_order(order, key):
    twins = []

    def after_the_first_query(execute, *query):
        found = execute(*query)
        if not twins:
            twins.append(elsewhere(order, key))
        return found

    with connection.execute_wrapper(after_the_first_query):
        assert order(key) == Ordered(key, MADE)
    assert twins == [Ordered(key, MADE)]


@pytest.mark.django_db(transaction=True)
def test_key_sent_many_times_at_once_makes_one_order(order, shopper, key):
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: and_disconnect(order, key), range(8))) == {Ordered(key, MADE)}
    assert carts.contents(shopper).quantities == {}
    assert ordered_carts() == [(key, MADE)]


def elsewhere(do, *arguments):
    """Do it in another thread, and so on another connection, and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(and_disconnect, do, *arguments).result()


def and_disconnect(do, *arguments):
    try:
        return do(*arguments)
    finally:
        connection.close()
