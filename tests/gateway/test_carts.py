"""The cart in the browser: whose it is, and the key that belongs to its contents."""

import pytest
from django.test import Client

from tests.gateway.answers import PRODUCT, page
from tests.gateway.stub import reply

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret"


@pytest.fixture
def shelf(orders):
    """Orders, with some products to put into a cart."""
    for slug in ("tea", "mug", "pen"):
        orders.answer("GET", f"products/{slug}", {**PRODUCT, "slug": slug, "name": slug.title()})

    def wanted(handler):
        asked = orders.seen[-1].query.get("slugs", "").split(",")
        reply(handler, 200, page(*({**PRODUCT, "slug": slug, "name": slug.title()} for slug in asked)), {})

    orders.behave("GET", "products", wanted)
    return orders


@pytest.fixture
def visitor(shelf):
    return Client()


def add(client, slug, quantity=1):
    return client.post(f"/cart/{slug}/add/", {"quantity": quantity})


def sign_in(client):
    response = client.post("/login/", {"username": "ada", "password": PASSWORD, "next": "/checkout/"})
    assert (response.status_code, response["Location"]) == (303, "/checkout/")


def carts():
    from services.gateway.models import Cart

    return {cart: dict(cart.items.values_list("product", "quantity")) for cart in Cart.objects.all()}


def only_cart():
    ((cart, items),) = carts().items()
    return cart, items


def test_looking_around_makes_no_cart_and_no_session(visitor):
    visitor.get("/cart/")
    assert carts() == {}
    assert "shop_session" not in visitor.cookies


def test_adding_again_adds_up(visitor):
    add(visitor, "tea", 2)
    add(visitor, "tea", 3)
    assert only_cart()[1] == {"tea": 5}


def test_ninety_nine_is_the_most(visitor):
    add(visitor, "tea", 60)
    add(visitor, "tea", 60)
    assert only_cart()[1] == {"tea": 99}


def test_hundred_and_first_line_is_refused_with_a_word(visitor):
    from services.gateway.models import CartItem

    add(visitor, "tea")
    cart, _ = only_cart()
    CartItem.objects.bulk_create(CartItem(cart=cart, product=f"p-{number}", quantity=1) for number in range(99))
    response = visitor.post("/cart/mug/add/", follow=True)
    assert "a hundred different things" in response.content.decode()
    assert cart.items.count() == 100


def test_unknown_product_is_not_put_in(visitor):
    assert add(visitor, "nothing").status_code == 404
    assert carts() == {}


@pytest.mark.parametrize("quantity", ["-1", "100", "1.5", "many", ""])
def test_odd_quantity_changes_nothing(visitor, quantity):
    add(visitor, "tea", 2)
    cart, _ = only_cart()
    visitor.post("/cart/tea/", {"quantity": quantity})
    assert (only_cart()[0].key, only_cart()[1]) == (cart.key, {"tea": 2})


def test_every_change_makes_a_new_key(visitor):
    keys = set()
    for change in (
        lambda: add(visitor, "tea"),
        lambda: visitor.post("/cart/tea/", {"quantity": 3}),
        lambda: add(visitor, "mug"),
        lambda: visitor.post("/cart/mug/", {"quantity": 0}),
    ):
        change()
        keys.add(only_cart()[0].key)
    assert len(keys) == 4


def test_removed_line_can_be_had_back(visitor):
    add(visitor, "tea", 4)
    response = visitor.post("/cart/tea/", {"quantity": 0}, follow=True)
    assert response.request["QUERY_STRING"] == "removed=tea&quantity=4"
    assert 'value="4"' in response.content.decode()


def test_strangers_cannot_see_each_others_carts(visitor):
    add(visitor, "tea", 4)
    assert "line-name" not in Client().get("/cart/").content.decode()


def test_cart_comes_along_when_signing_in(visitor, user):
    add(visitor, "tea", 2)
    before, _ = only_cart()
    sign_in(visitor)
    cart, items = only_cart()
    assert (cart.user, cart.key, items) == (user, before.key, {"tea": 2})


def test_cart_is_poured_into_the_one_the_user_had(visitor, user):
    known = Client()
    known.force_login(user)
    add(known, "tea", 98)
    add(known, "pen", 1)
    key = only_cart()[0].key
    add(visitor, "tea", 5)
    add(visitor, "mug", 1)
    sign_in(visitor)
    cart, items = only_cart()
    assert items == {"tea": 99, "pen": 1, "mug": 1}
    assert cart.key != key


def test_cart_comes_along_when_registering(visitor):
    add(visitor, "tea", 2)
    visitor.post("/register/", {"username": "eve", "password": PASSWORD})
    cart, items = only_cart()
    assert (cart.user.username, items) == ("eve", {"tea": 2})


def test_cart_is_gone_from_the_browser_and_kept_for_the_user_after_signing_out(visitor, user):
    add(visitor, "tea", 2)
    sign_in(visitor)
    visitor.post("/logout/")
    assert "line-name" not in visitor.get("/cart/").content.decode()
    sign_in(visitor)
    assert "line-name" in visitor.get("/cart/").content.decode()


def test_product_that_is_in_the_cart_again_is_not_offered_back(visitor):
    add(visitor, "tea", 1)
    assert visitor.get("/cart/?removed=tea&quantity=4").context["page"].removed is None
    assert visitor.get("/cart/?removed=mug&quantity=4").context["page"].removed.quantity == 4
