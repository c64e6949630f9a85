"""The checkout: one cart, one order, whatever is pressed and however orders answer."""

import uuid

import pytest
from django.test import Client

from tests.gateway.answers import ACCOUNT, ORDER, ORDER_ID, PRODUCT, money, page, problem
from tests.gateway.stub import hang_up

pytestmark = pytest.mark.django_db
TOTAL = 258_000


@pytest.fixture
def shopper(orders, payments, user):
    """A signed-in browser with two teas in the cart."""
    orders.answer("GET", "products/green-tea", PRODUCT)
    orders.answer("GET", "products", page(PRODUCT))
    orders.answer("POST", "orders", ORDER, status=201)
    payments.answer("GET", "account", {**ACCOUNT, "balance": money(300_000)})
    client = Client()
    client.force_login(user)
    client.post("/cart/green-tea/add/", {"quantity": 2})
    return client


def form(shopper):
    shown = shopper.get("/checkout/").context["page"]
    return {"key": shown.key, "amount": shown.expected_amount, "currency": shown.expected_currency}


def posted(orders):
    return [seen for seen in orders.seen if (seen.method, seen.path) == ("POST", "orders")]


def leads_to_the_order(response):
    return (response.status_code, response["Location"]) == (303, f"/orders/{ORDER_ID}/")


def test_checkout_asks_visitors_to_sign_in_and_brings_them_back(client):
    response = client.get("/checkout/")
    assert (response.status_code, response["Location"]) == (303, "/login/?next=%2Fcheckout%2F")


def test_order_is_placed_with_the_shown_key_and_total(shopper, orders):
    fields = form(shopper)
    assert leads_to_the_order(shopper.post("/checkout/", fields))
    (seen,) = posted(orders)
    assert seen.headers["Idempotency-Key"] == fields["key"]
    assert seen.body == {
        "items": [{"product": "green-tea", "quantity": 2}],
        "expected_total": {"amount": TOTAL, "currency": "RUB"},
    }


def test_cart_is_empty_after_ordering(shopper):
    shopper.post("/checkout/", form(shopper))
    assert shopper.get("/checkout/")["Location"] == "/cart/"


def test_form_sent_again_leads_to_the_same_order_and_orders_nothing(shopper, orders):
    fields = form(shopper)
    for _ in range(3):
        assert leads_to_the_order(shopper.post("/checkout/", fields))
    assert len(posted(orders)) == 1


def test_form_sent_again_beside_a_new_cart_leaves_that_alone(shopper, orders):
    fields = form(shopper)
    shopper.post("/checkout/", fields)
    shopper.post("/cart/green-tea/add/", {"quantity": 1})
    assert leads_to_the_order(shopper.post("/checkout/", fields))
    assert len(posted(orders)) == 1
    assert form(shopper)["amount"] == TOTAL / 2


def test_old_form_of_a_changed_cart_orders_nothing_and_says_so(shopper, orders):
    fields = form(shopper)
    shopper.post("/cart/green-tea/", {"quantity": 1})
    response = shopper.post("/checkout/", fields)
    assert response.status_code == 409
    assert "The cart has changed" in response.content.decode()
    assert posted(orders) == []
    assert response.context["page"].key != fields["key"]


@pytest.mark.parametrize(
    "broken",
    [{"key": "x"}, {"key": ""}, {"amount": "x"}, {"amount": "-1"}, {"currency": "RUBLES"}, {"key": str(uuid.uuid4())}],
)
def test_broken_form_orders_nothing(shopper, orders, broken):
    assert shopper.post("/checkout/", {**form(shopper), **broken}).status_code == 409
    assert posted(orders) == []


def test_another_users_form_orders_nothing(shopper, orders):
    from services.gateway.models import User

    fields = form(shopper)
    shopper.post("/checkout/", fields)
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve"))
    assert stranger.post("/checkout/", fields)["Location"] == "/cart/"
    assert len(posted(orders)) == 1


def test_changed_price_is_told_with_the_new_total(shopper, orders):
    fields = form(shopper)
    orders.answer("POST", "orders", problem(409, "price-changed", total=money(300_000)), status=409)
    orders.answer("GET", "products", page({**PRODUCT, "price": money(150_000)}))
    response = shopper.post("/checkout/", fields)
    assert response.status_code == 409
    assert "Prices have changed" in response.content.decode()
    assert response.context["page"].expected_amount == 300_000


def test_key_that_made_another_order_leads_to_the_orders(shopper, orders):
    orders.answer("POST", "orders", problem(422, "idempotency-key-reused"), status=422)
    assert shopper.post("/checkout/", form(shopper))["Location"] == "/orders/"


def test_product_sold_no_longer_leads_back_to_the_cart(shopper, orders):
    orders.answer("GET", "products", page())
    assert shopper.get("/checkout/")["Location"] == "/cart/"


@pytest.mark.parametrize(("balance", "state"), [(TOTAL, "good"), (TOTAL - 1, "short")])
def test_balance_is_held_against_the_total(shopper, payments, balance, state):
    payments.answer("GET", "account", {**ACCOUNT, "balance": money(balance)})
    assert shopper.get("/checkout/").context["page"].balance_check.state == state


def test_checkout_works_while_payments_rest(shopper, payments):
    payments.behave("GET", "account", hang_up)
    assert shopper.get("/checkout/").context["page"].balance_check.state == "resting"


def test_htmx_is_led_to_the_order_by_its_own_header(shopper):
    response = shopper.post("/checkout/", form(shopper), headers={"HX-Request": "true", "HX-Target": "main"})
    assert (response.status_code, response["HX-Redirect"]) == (200, f"/orders/{ORDER_ID}/")
