"""Carts without a browser: visitors, quantities and keys."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from services.gateway.limits import MAX_LINES, MAX_QUANTITY
from services.gateway.models import Cart
from services.gateway.use_cases import carts
from services.gateway.use_cases.carts import Contents, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper(user):
    return Visitor(user_id=user.id)


def fill(visitor, **quantities):
    """Put these in, and return the visitor as their session knows them afterwards."""
    for product, quantity in quantities.items():
        cart_id = carts.add(visitor, product, quantity)
        visitor = visitor if visitor.user_id else Visitor(cart_id=cart_id)
    return visitor


def test_visitor_without_a_cart_has_nothing_and_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert carts.contents(Visitor()) == Contents(None, {})
        assert carts.count(Visitor()) == 0


def test_signed_out_visitor_finds_the_cart_by_the_id_that_adding_returned():
    visitor = fill(Visitor(), tea=2, mug=1)
    assert carts.contents(visitor).quantities == {"tea": 2, "mug": 1}
    assert carts.count(visitor) == 3
    assert Cart.objects.count() == 1


def test_signed_out_visitor_cannot_name_a_users_cart(shopper):
    cart_id = carts.add(shopper, "tea", 1)
    assert carts.contents(Visitor(cart_id=cart_id)) == Contents()


def test_full_cart_takes_more_of_what_it_has_and_nothing_new(shopper):
    fill(shopper, **{f"p{number}": 1 for number in range(MAX_LINES)})
    key = carts.contents(shopper).key
    with pytest.raises(carts.CartFull):
        carts.add(shopper, "one-more", 1)
    assert carts.contents(shopper).key == key
    carts.add(shopper, "p0", MAX_QUANTITY)
    assert carts.contents(shopper).quantities["p0"] == MAX_QUANTITY


def test_every_change_of_the_contents_makes_a_new_key(shopper):
    fill(shopper, tea=1)
    before = carts.contents(shopper).key
    carts.set_quantity(shopper, "tea", 2)
    assert carts.contents(shopper).key != before


def test_taking_out_leaves_what_was_added_meanwhile(user, shopper):
    fill(shopper, tea=5, mug=1)
    carts.take_out(user.id, {"tea": 3, "mug": 1, "never-there": 1})
    assert carts.contents(shopper).quantities == {"tea": 2}


def test_adopted_cart_keeps_its_key_where_the_user_had_none(user, shopper):
    visitor = fill(Visitor(), tea=2)
    before = carts.contents(visitor)
    carts.adopt(visitor.cart_id, user.id)
    assert carts.contents(shopper) == before


def test_pouring_keeps_to_the_limits(user, shopper):
    fill(shopper, **{f"p{number}": 60 for number in range(MAX_LINES - 1)})
    visitor = fill(Visitor(), p0=60, a=1, b=1)
    carts.adopt(visitor.cart_id, user.id)
    poured = carts.contents(shopper).quantities
    assert (len(poured), poured["p0"]) == (MAX_LINES - 1, MAX_QUANTITY)
    assert Cart.objects.count() == 1


def test_adopting_a_cart_that_is_gone_changes_nothing(user, shopper):
    fill(shopper, tea=1)
    before = carts.contents(shopper)
    carts.adopt(uuid.uuid4(), user.id)
    assert carts.contents(shopper) == before


@pytest.mark.django_db(transaction=True)
def test_concurrent_additions_are_all_counted(shopper):
    fill(shopper, tea=1)

    def add(_):
        try:
            carts.add(shopper, "tea", 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(8)))
    assert carts.contents(shopper).quantities == {"tea": 9}
