"""What anybody can send: a refusal that says why, and never a server error."""

import pytest

from tests.gateway.answers import PRODUCT, page
from tests.gateway.stub import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(orders):
    """Whatever is asked for is there, as long as the question fits into a request line."""

    def wanted(handler):
        assert len(handler.requestline) <= 4_094
        asked = orders.seen[-1].query["slugs"].split(",")
        reply(handler, 200, page(*({**PRODUCT, "slug": slug, "name": slug} for slug in asked)), {})

    orders.behave("GET", "products", wanted)
    return orders


@pytest.fixture
def full(client, shelf):
    """A cart of a hundred products with the longest of names; returns its visitor."""
    from services.gateway.models import CartItem

    shelf.answer("GET", "products/tea", {**PRODUCT, "slug": "tea"})
    client.post("/cart/tea/add/", {"quantity": 1})
    (first,) = CartItem.objects.all()
    CartItem.objects.bulk_create(
        CartItem(cart=first.cart, product=f"{number:02}-".ljust(64, "x"), quantity=1) for number in range(99)
    )
    return client


def test_address_that_is_none_leads_to_the_front_page_after_signing_in(client):
    response = client.get("/orders/", headers={"HX-Request": "true", "HX-Current-URL": "http://["})
    assert response["HX-Redirect"] == "/login/?next=%2F"


@pytest.mark.parametrize("path", ["/", "/api/v1/products"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_host_is_a_bad_request(client, path, method):
    response = getattr(client, method)(path, headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("path", ["/pictures/{}.svg", "/products/{}/", "/cart/{}/", "/cart/{}/add/"])
def test_name_that_no_product_can_have_is_not_found(client, orders, path):
    method = client.post if path.startswith("/cart") else client.get
    assert method(path.format("x" * 65), {"quantity": 1}).status_code == 404
    assert orders.seen == []


def test_picture_of_the_longest_name_is_there(client):
    assert client.get(f"/pictures/{'x' * 64}.svg").status_code == 200


def test_product_that_does_not_exist_never_enters_the_cart(client, shelf):
    from services.gateway.models import CartItem

    assert client.post("/cart/nothing/", {"quantity": 2}).status_code == 404
    assert CartItem.objects.count() == 0


def test_line_beyond_the_hundredth_never_enters_the_cart(full, shelf):
    from services.gateway.models import CartItem

    shelf.answer("GET", "products/mug", {**PRODUCT, "slug": "mug"})
    response = full.post("/cart/mug/", {"quantity": 1}, follow=True)
    assert "a hundred different things" in response.content.decode()
    assert CartItem.objects.count() == 100
    full.post("/cart/tea/", {"quantity": 5})
    assert CartItem.objects.get(product="tea").quantity == 5


def test_full_cart_of_long_names_is_shown(full):
    response = full.get("/cart/")
    assert response.status_code == 200
    assert response.content.decode().count(f'action="/cart/{"00-".ljust(64, "x")}/"') > 0


@pytest.mark.parametrize(("path", "status"), [("/?cursor={}", 404), ("/api/v1/products?cursor={}", 400)])
def test_address_that_no_upstream_could_read_is_the_clients_mistake(client, orders, path, status):
    orders.answer("GET", "categories", page())
    assert client.get(path.format("x" * 5_000)).status_code == status
    assert [each.path for each in orders.seen if each.path == "products"] == []
