import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from services.messaging.models import Delivery, InboxMessage, OutboxMessage
from services.orders.models import Order
from tests.support.tokens import bearer, refused_tokens

URL = "/api/v1/orders"


@pytest.fixture
def get(client, headers):
    def get(path=URL, query=None):
        return client.get(path, query, headers=headers)

    return get


def ids(response):
    assert response.status_code == 200, response.content
    return [order["id"] for order in response.json()["results"]]


def test_orders_are_the_callers_own_newest_first(get, place):
    placed = [str(place().id) for _ in range(3)]
    place(user_id=uuid.uuid4())
    assert ids(get()) == placed[::-1]


def test_orders_are_filtered_by_status(get, place):
    place()
    paid = place()
    Order.objects.filter(id=paid.id).update(status="PAID", settled_at=timezone.now())
    assert ids(get(query={"status": "PAID"})) == [str(paid.id)]
    assert ids(get(query={"status": "REJECTED"})) == []


def test_pages_of_orders_follow_each_other(get, place):
    placed = [str(place().id) for _ in range(5)]
    first = get(query={"page_size": 3})
    assert ids(first) == placed[:1:-1]
    assert ids(get(first.json()["next"])) == placed[1::-1]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"status": "new"}, 400),
        ({"status": "a\0b"}, 400),
        ({"page_size": "x"}, 400),
        ({"cursor": "x"}, 400),
        ({"cursor": "cD1hYmM="}, 400),
    ],
    ids=str,
)
def test_bad_query_is_refused(get, db, query, status):
    assert get(query=query).status_code == status


@pytest.mark.parametrize("suffix", ["", "/timeline"])
def test_another_users_order_is_not_found(get, place, suffix):
    others = place(user_id=uuid.uuid4())
    for order_id in (others.id, uuid.uuid4(), "7", "nonsense", "a%00b"):
        response = get(f"{URL}/{order_id}{suffix}")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("age", "delayed"), [(14, False), (16, True)])
def test_order_is_delayed_when_it_is_new_for_long(get, place, age, delayed):
    order = place(age=age)
    assert get(f"{URL}/{order.id}").json()["delayed"] is delayed
    Order.objects.update(status="REJECTED", reason="no_account", settled_at=timezone.now())
    body = get(f"{URL}/{order.id}").json()
    assert (body["delayed"], body["status"], body["reason"]) == (False, "REJECTED", "no_account")


def test_first_answer_told_again_later_is_not_delayed(client, place, user_id, headers):
    place(age=60, idempotency_key="k")
    body = {"items": [{"product": "green-tea", "quantity": 2}]}
    again = client.post(URL, body, content_type="application/json", headers={**headers, "Idempotency-Key": "k"})
    assert (again["Idempotency-Replayed"], again.json()["delayed"]) == ("true", False)


def test_timeline_tells_what_has_happened_here(get, place):
    order = place()
    body = get(f"{URL}/{order.id}/timeline").json()
    assert body["complete"] is False
    assert [(step["service"], step["step"]) for step in body["steps"]] == [
        ("orders", "created"),
        ("orders", "enqueued"),
    ]
    Order.objects.update(status="REJECTED", reason="no_account", settled_at=timezone.now())
    last = get(f"{URL}/{order.id}/timeline").json()["steps"][-1]
    assert (last["step"], last["detail"]) == ("status_changed", "REJECTED no_account")


def test_timeline_is_complete_when_every_step_has_happened(get, place, user_id):
    order = place()
    Delivery.objects.create(message=OutboxMessage.objects.get(), attempt=1, partition=2, offset=7)
    produced_at = timezone.now() - timedelta(seconds=1)
    InboxMessage.objects.create(
        message_id=uuid.uuid4(), type="payments.order_settled", subject=order.id, key=str(user_id), topic="inbox",
        partition=3, offset=17, value=b"", fingerprint=b"", kafka_timestamp=produced_at,
    )  # fmt: skip
    Order.objects.update(status="PAID", settled_at=timezone.now())
    body = get(f"{URL}/{order.id}/timeline").json()
    assert body["complete"] is True
    assert [(step["step"], step["detail"]) for step in body["steps"]] == [
        ("created", ""),
        ("enqueued", ""),
        ("produced", "partition 2, offset 7"),
        ("reply_produced", "partition 3, offset 17"),
        ("reply_received", "partition 3, offset 17"),
        ("status_changed", "PAID"),
    ]
    assert datetime.fromisoformat(body["steps"][3]["at"]) == produced_at
    InboxMessage.objects.update(kafka_timestamp=None)
    body = get(f"{URL}/{order.id}/timeline").json()
    assert (body["complete"], len(body["steps"])) == (True, 5)


PATHS = [
    "products",
    "products/lamp",
    "categories",
    "orders",
    f"orders/{uuid.uuid4()}",
    f"orders/{uuid.uuid4()}/timeline",
]


@pytest.mark.parametrize("path", PATHS)
def test_wrong_token_is_refused(client, db, path):
    for name, headers in refused_tokens().items():
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert (name, response.status_code, response["WWW-Authenticate"]) == (name, 401, "Bearer")
        assert response["Content-Type"] == "application/problem+json"


def test_wrong_token_places_nothing(client, catalogue):
    body = {"items": [{"product": "lamp", "quantity": 1}]}
    for headers in refused_tokens().values():
        assert client.post(URL, body, content_type="application/json", headers=headers).status_code == 401
    assert not Order.objects.exists()


def test_visitor_without_a_name_has_no_orders(client, db):
    assert client.get(URL, headers=bearer()).status_code == 403


def test_many_orders_are_listed_with_few_queries(get, place, django_assert_max_num_queries):
    for _ in range(10):
        place({"lamp": 1, "green-tea": 1})
    with django_assert_max_num_queries(3):  # the clock, the orders, the items
        assert len(ids(get())) == 10


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_answered(client, catalogue, headers, path):
    assert client.options(f"/api/v1/{path}", headers=headers).status_code == 200
    response = client.delete(f"/api/v1/{path}", headers=headers)
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
