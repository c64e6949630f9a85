import pytest

from services.orders.models import Product


@pytest.mark.parametrize("model", ["category", "product", "order"])
def test_lists_open(admin_client, place, model):
    order = place()
    for query in ("", "?q=nonsense", f"?q={order.id}"):
        assert admin_client.get(f"/admin/orders/{model}/{query}").status_code == 200


def test_order_is_looked_at_and_never_edited(admin_client, place):
    url = f"/admin/orders/order/{place().id}"
    page = admin_client.get(f"{url}/change/").content.decode()
    assert "Green tea" in page
    assert 'name="_save"' not in page
    assert admin_client.post(f"{url}/change/", {"status": "PAID"}).status_code == 403
    assert admin_client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/orders/order/add/").status_code == 403


def test_product_is_edited(admin_client, catalogue):
    product = Product.objects.get(slug="lamp")
    fields = ("slug", "name_en", "name_ru", "description_en", "description_ru")
    form = {name: getattr(product, name) for name in fields} | {"category": product.category_id, "active": "on"}
    response = admin_client.post(f"/admin/orders/product/{product.id}/change/", {**form, "amount": 77})
    assert response.status_code == 302
    assert Product.objects.get(slug="lamp").amount == 77
    refused = admin_client.post(f"/admin/orders/product/{product.id}/change/", {**form, "amount": 0})
    assert refused.status_code == 200
    assert Product.objects.get(slug="lamp").amount == 77
