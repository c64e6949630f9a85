"""What a cart costs, by cases: no server, no database."""

import pytest

from tests.gateway.dtos import priced, product, rubles


def test_lines_are_multiplied_and_added_up_in_whole_kopecks():
    cart = priced({"mug": 99, "pen": 1}, product("mug", 333), product("pen", 1))
    assert [line.total for line in cart.lines] == [rubles(32_967), rubles(1)]
    assert (cart.total, cart.count, cart.can_be_ordered) == (rubles(32_968), 100, True)


def test_lines_keep_the_order_of_the_cart():
    cart = priced({"pen": 1, "mug": 1}, product("mug"), product("pen"))
    assert [line.slug for line in cart.lines] == ["pen", "mug"]


def test_product_sold_no_longer_costs_nothing_and_cannot_be_ordered():
    cart = priced({"gone": 2, "mug": 1}, product("mug", 100))
    assert (cart.lines[0].product, cart.lines[0].total) == (None, None)
    assert (cart.total, cart.count, cart.can_be_ordered) == (rubles(100), 3, False)


@pytest.mark.parametrize("currency", ["RUB", "EUR"])
def test_empty_cart_costs_nothing_in_the_shops_currency(settings, currency):
    settings.CURRENCY = currency
    cart = priced({})
    assert (cart.total.amount, cart.total.currency, cart.can_be_ordered) == (0, currency, False)
