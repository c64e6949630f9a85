import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from services.messaging.models import OutboxMessage, PendingDelivery
from services.orders.models import Order, OrderItem, Product
from services.orders.use_cases import place_order
from tests.orders.builders import stock
from tests.support.tokens import bearer

URL = "/api/v1/orders"
TEA = {"product": "green-tea", "quantity": 1}
TWO_TEAS = {"items": [{"product": "green-tea", "quantity": 2}]}


@pytest.fixture
def post(client, catalogue, headers):
    def post(body=TWO_TEAS, *, key=None, **extra):
        keyed = {"Idempotency-Key": key} if key is not None else {}
        data = body if isinstance(body, str) else json.dumps(body)
        return client.post(URL, data, content_type="application/json", headers={**headers, **keyed, **extra})

    return post


def nothing_was_kept():
    return not Order.objects.exists() and not OrderItem.objects.exists() and not OutboxMessage.objects.exists()


def test_order_is_new_at_the_catalogues_price_with_its_task_enqueued(post, user_id, outbox):
    response = post()
    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver/api/v1/orders/{body['id']}"
    assert uuid.UUID(body["id"]).version == 7
    assert body | {"id": 0, "created_at": 0} == {
        "id": 0,
        "status": "NEW",
        "reason": None,
        "total": {"amount": 258_000, "currency": "RUB"},
        "items": [
            {
                "product": "green-tea",
                "name": "Green tea",
                "quantity": 2,
                "price": {"amount": 129_000, "currency": "RUB"},
                "total": {"amount": 258_000, "currency": "RUB"},
            }
        ],
        "created_at": 0,
        "settled_at": None,
        "delayed": False,
    }
    [task] = outbox.sent
    assert (task.type, str(task.subject), task.key) == ("orders.order_placed", body["id"], str(user_id))
    assert task.payload["amount"] == 258_000
    assert PendingDelivery.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"items": [{**TEA, "price": {"amount": 1, "currency": "RUB"}}]}, "items.0.price"),
        ({"items": [TEA], "total": {"amount": 1, "currency": "RUB"}}, "total"),
        ({"items": [TEA], "expected_totl": {"amount": 1, "currency": "RUB"}}, "expected_totl"),
        ({"items": [TEA], "expected_total": {"amount": 1, "currency": "RUB", "cents": 1}}, "expected_total.cents"),
    ],
)
def test_field_that_is_not_known_is_refused_and_nothing_is_ordered(post, body, named):
    response = post(body)
    assert (response.status_code, set(response.json()["errors"])) == (400, {named})
    assert not Order.objects.exists()


def test_repeated_products_are_merged_in_the_clients_order(post):
    lines = [("lamp", 1), ("green-tea", 2), ("lamp", 3)]
    items = [{"product": product, "quantity": quantity} for product, quantity in lines]
    body = post({"items": items}).json()
    assert [(item["product"], item["quantity"]) for item in body["items"]] == [("lamp", 4), ("green-tea", 2)]
    assert body["total"]["amount"] == 4 * 699_000 + 2 * 129_000


def test_item_is_named_in_the_callers_language(post):
    item = post(**{"Accept-Language": "ru"}).json()["items"][0]
    assert item["name"] == "Зелёный чай"


def test_item_keeps_name_and_price_as_they_were(post, client, headers):
    path = post().json()["id"]
    Product.objects.filter(slug="green-tea").update(amount=1, name_en="Other")
    item = client.get(f"{URL}/{path}", headers=headers).json()["items"][0]
    assert (item["name"], item["price"]["amount"]) == ("Green tea", 129_000)


def test_expected_total_is_accepted_when_it_is_todays(post):
    assert post({**TWO_TEAS, "expected_total": {"amount": 258_000, "currency": "RUB"}}).status_code == 201


@pytest.mark.parametrize(("amount", "currency"), [(257_999, "RUB"), (258_001, "RUB"), (258_000, "USD")])
def test_other_expected_total_is_told_the_new_one_and_orders_nothing(post, amount, currency):
    """Cheaper than the shopper saw, too: nobody is charged what they were not shown."""
    response = post({**TWO_TEAS, "expected_total": {"amount": amount, "currency": currency}})
    body = response.json()
    assert (response.status_code, body["type"]) == (409, "/problems/price-changed")
    assert body["total"] == {"amount": 258_000, "currency": "RUB"}
    assert nothing_was_kept()


def line(product="green-tea", quantity=1):
    return {"items": [{"product": product, "quantity": quantity}]}


INVALID = {
    "no items": {},
    "null items": {"items": None},
    "items not a list": {"items": {"product": "lamp", "quantity": 1}},
    "empty list": {"items": []},
    "a string for an item": {"items": ["lamp"]},
    "101 lines": {"items": [{"product": "lamp", "quantity": 1}] * 101},
    "1000 lines": {"items": [{"product": "lamp", "quantity": 1}] * 1000},
    "unknown product": line("nothing"),
    "product with NUL": line("lamp\0"),
    "product with a lone surrogate": line("\ud800"),
    "product far too long": line("x" * 10_000),
    "product is a number": line(product=["lamp"]),
    "no quantity": {"items": [{"product": "lamp"}]},
    **{f"quantity {bad!r}": line(quantity=bad) for bad in (0, 100, -1, 10**30, 1.0, 1.5, "1", True, None, [1])},
    "merged quantity over 99": {"items": [{"product": "lamp", "quantity": 50}] * 2},
    "total over 10^12": line("moon", 2),
    **{
        f"expected total {bad!r}": {**TWO_TEAS, "expected_total": {"amount": bad, "currency": "RUB"}}
        for bad in (0, -1, 10**12 + 1, 258_000.0, "258000", True, None)
    },
    "expected total without currency": {**TWO_TEAS, "expected_total": {"amount": 258_000}},
    "expected total is a number": {**TWO_TEAS, "expected_total": 258_000},
    "expected total is null": {**TWO_TEAS, "expected_total": None},
    "a list": [],
    "a string": '"lamp"',
    "nothing": "",
    "malformed": '{"items": ',
    "NaN": '{"items": [{"product": "lamp", "quantity": NaN}]}',
    "too deep": "[" * 30_000,
    "not UTF-8": b"\xff".decode("latin-1").join(['{"items": "', '"}']),
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid_order_is_refused_and_nothing_is_kept(post, name):
    response = post(INVALID[name])
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 400
    assert nothing_was_kept()


def test_unknown_product_is_named_by_its_place(post):
    body = post({"items": [{"product": "lamp", "quantity": 1}, {"product": "nothing", "quantity": 1}]}).json()
    assert body["errors"] == {"items.1.product": ["There is no such product."]}


def test_inactive_product_is_unknown(post):
    Product.objects.filter(slug="green-tea").update(active=False)
    assert post().status_code == 400


def test_another_content_type_is_refused(client, catalogue, headers):
    response = client.post(URL, "items=1", content_type="application/x-www-form-urlencoded", headers=headers)
    assert (response.status_code, nothing_was_kept()) == (415, True)


def test_body_over_64_kib_is_refused(post):
    response = post({**TWO_TEAS, "padding": "x" * 65_536})
    assert (response.status_code, nothing_was_kept()) == (413, True)


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb", "\x7f"])
def test_malformed_key_is_refused(post, key):
    assert (post(key=key).status_code, nothing_was_kept()) == (400, True)


@pytest.mark.parametrize("key", ["x", "x" * 255, 'a "quoted" key~'])
def test_same_key_and_body_get_the_first_answer_again(post, key):
    first, second = post(key=key), post(key=key)
    assert "Idempotency-Replayed" not in first.headers
    assert second["Idempotency-Replayed"] == "true"
    assert (second.status_code, second.json(), second["Location"]) == (201, first.json(), first["Location"])
    assert Order.objects.count() == OutboxMessage.objects.count() == 1


def test_first_answer_stays_the_same_when_prices_and_the_order_have_changed(post):
    first = post(key="k").json()
    Product.objects.update(active=False, amount=7)
    Order.objects.update(status="REJECTED", reason="no_account", settled_at="2026-01-01T00:00:00Z")
    assert post(key="k").json() == first
    assert Order.objects.get().status == "REJECTED"


def test_order_placed_before_is_the_same_value_whatever_the_order_has_become(catalogue, user_id):
    wanted = {"user_id": user_id, "quantities": {"green-tea": 2, "lamp": 1}, "idempotency_key": "k"}
    first = place_order(**wanted, now=timezone.now())
    Order.objects.update(status="PAID", settled_at=timezone.now())
    again = place_order(**wanted, now=timezone.now())
    assert again == replace(first, replayed=True)
    assert (again.status, again.settled_at) == ("NEW", None)
    assert Order.objects.get().status == "PAID"


@pytest.mark.parametrize(
    "other", [line(), {**TWO_TEAS, "expected_total": {"amount": 258_000, "currency": "RUB"}}], ids=["items", "expected"]
)
def test_same_key_with_another_body_is_refused(post, other):
    post(key="k")
    response = post(other, key="k")
    assert (response.status_code, response.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert Order.objects.count() == 1


def test_key_is_the_callers_own(post):
    first = post(key="k").json()["id"]
    assert post(key="k", **bearer(uuid.uuid4())).json()["id"] != first


def test_only_successes_are_remembered(post):
    assert post(line("nothing"), key="k").status_code == 400
    assert post(key="k").status_code == 201


def in_thread(work):
    def run(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    return run


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_posts_with_one_key_make_one_order(user_id):
    stock()
    headers = {**bearer(user_id), "Idempotency-Key": "once"}

    def post(_):
        return Client().post(URL, TWO_TEAS, content_type="application/json", headers=headers)

    with ThreadPoolExecutor(20) as threads:
        responses = list(threads.map(in_thread(post), range(20)))
    assert [response.status_code for response in responses] == [201] * 20
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" not in response.headers for response in responses) == 1
    assert Order.objects.count() == OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twin_that_takes_too_long_is_told_to_come_again(user_id, settings):
    stock()
    headers = {**bearer(user_id), "Idempotency-Key": "slow"}

    def post(_):
        return Client().post(URL, TWO_TEAS, content_type="application/json", headers=headers)

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        Order.objects.create(
            user_id=user_id, idempotency_key="slow", amount=1, currency="RUB", created_at="2026-01-01T00:00:00Z",
            resend_at="2026-01-01T00:00:00Z", fingerprint=b""
        )  # fmt: skip
        response = thread.submit(in_thread(post), 0).result()
        transaction.set_rollback(True)
    assert (response.status_code, response["Retry-After"]) == (409, "1")
    assert response.json()["type"] == "/problems/in-progress"
    assert post(0).status_code == 201


def test_order_without_its_task_is_not_kept(place, user_id):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_outboxmessage ADD CONSTRAINT is_full CHECK (false) NOT VALID")
    with pytest.raises(Exception, match="is_full"), transaction.atomic():
        place()
    assert not Order.objects.exists()
