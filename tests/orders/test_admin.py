import pytest

from services.messaging.models import OutboxMessage
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


@pytest.mark.parametrize("model", ["outboxmessage", "delivery", "inboxmessage", "deadletter", "redrive"])
def test_messages_are_looked_at_and_never_edited(admin_client, model):
    url = f"/admin/messaging/{model}/"
    assert admin_client.get(url).status_code == 200
    assert admin_client.get(f"{url}add/").status_code == 403


def test_message_is_shown_with_its_text_and_never_edited(admin_client, place):
    order = place()
    url = f"/admin/messaging/outboxmessage/{OutboxMessage.objects.get(subject=order.id).id}"
    page = admin_client.get(f"{url}/change/").content.decode()
    assert "orders.order_placed" in page
    assert 'name="_save"' not in page
    assert admin_client.post(f"{url}/change/", {"type": "other"}).status_code == 403
    assert admin_client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
