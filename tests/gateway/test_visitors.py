"""What belongs to one visitor: a session that nobody else can know, and pages that are stored nowhere."""

import pytest
from django.test import Client

from tests.gateway.answers import ACCOUNT, ORDER, PRODUCT, page

pytestmark = pytest.mark.django_db
WAYS_IN = {
    "/login/": {"username": "ada", "password": "a-long-enough-secret"},
    "/register/": {"username": "grace", "password": "a-long-enough-secret"},
}


@pytest.fixture
def shop(orders, payments):
    orders.answer("GET", "categories", {"results": []})
    orders.answer("GET", "products", page(PRODUCT))
    orders.answer("GET", "products/green-tea", PRODUCT)
    orders.answer("GET", "orders", page(ORDER))
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page())


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_session_from_before_signing_in_opens_nothing_after_it(client, user, shop, way_in):
    """Who planted it in the browser knows its name."""
    client.post("/cart/green-tea/add/", {"quantity": 2})
    planted = client.cookies["shop_session"].value
    client.post(way_in, WAYS_IN[way_in])
    assert client.cookies["shop_session"].value != planted
    other = Client()
    other.cookies["shop_session"] = planted
    assert other.get("/orders/")["Location"].startswith("/login/")
    assert client.get("/orders/").status_code == 200
    assert [line.quantity for line in client.get("/cart/").context["page"].lines] == [2]


def test_no_script_reads_the_sessions_cookie_and_no_other_site_sends_it(client, user):
    client.post("/login/", WAYS_IN["/login/"])
    cookie = client.cookies["shop_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("path", ["/", "/products/green-tea/", "/cart/", "/checkout/", "/orders/", "/account/"])
def test_page_of_somebody_signed_in_is_stored_nowhere(client, user, shop, path):
    client.force_login(user)
    client.post("/cart/green-tea/add/", {"quantity": 2})
    response = client.get(path)
    assert response.status_code == 200
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))


def test_catalogue_of_a_stranger_may_be_kept_for_strangers(client, shop):
    response = client.get("/")
    assert "Cache-Control" not in response
    assert "Cookie" in response["Vary"]
