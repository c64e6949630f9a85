"""The id of an order with a key is made from user and key: a database that forgot the order makes the same again."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from services.messaging.models import OutboxMessage
from services.orders.models import Order, Product, new_order_id

URL = "/api/v1/orders"
ADA, BOB = uuid.UUID(int=1), uuid.UUID(int=2)


def test_id_of_a_key_is_the_same_for_ever():
    """A change here would let every restored copy charge twice."""
    assert new_order_id(ADA, "k") == uuid.UUID("1f99d164-1eee-5070-a870-c6c11d731dca")


def test_ids_of_other_users_and_keys_differ():
    keys = ["k", "K", "k ", "kk", " k", "order k", "x" * 255, str(ADA)]
    made = {new_order_id(user, key) for user in (ADA, BOB) for key in keys}
    assert len(made) == 2 * len(keys)


def test_order_without_a_key_has_an_id_of_its_own():
    made = [new_order_id(ADA, "") for _ in range(3)]
    assert [each.version for each in made] == [7, 7, 7]
    assert len(set(made)) == 3


def test_order_that_was_forgotten_is_placed_again_under_its_id_with_the_same_task(place):
    first = place(idempotency_key="k")
    task = OutboxMessage.objects.get()
    first.delete()
    OutboxMessage.objects.all().delete()
    again = place(idempotency_key="k")
    assert again.pk == new_order_id(again.user_id, "k")
    assert OutboxMessage.objects.get().message_id == task.message_id


def test_order_of_before_with_another_id_still_answers_for_its_key(place):
    first = place(idempotency_key="k")
    first.delete()
    older = Order.objects.create(
        user_id=first.user_id, idempotency_key="k", amount=1, currency="RUB", fingerprint=first.fingerprint,
        created_at=first.created_at, resend_at=first.resend_at,
    )  # fmt: skip
    assert place(idempotency_key="k").id == older.id


def ids(response):
    return [order["id"] for order in response.json()["results"]]


@pytest.mark.parametrize("query", [{}, {"status": "NEW"}], ids=str)
def test_orders_with_and_without_keys_are_listed_newest_first_page_by_page(client, place, headers, query):
    """Some of the same moment among them; forwards and back again."""
    moment = timezone.now()
    keys = ["a", "", "b", "c", "", "d", "e", ""]
    placed = [
        place(now=moment + timedelta(seconds=number // 2), idempotency_key=key) for number, key in enumerate(keys)
    ]
    expected = [str(each.id) for each in sorted(placed, key=lambda order: (order.created_at, order.id), reverse=True)]
    pages, url = [], URL
    while url:
        answer = client.get(url, {"page_size": 3, **query} if url == URL else None, headers=headers)
        pages.append(ids(answer))
        url = answer.json()["next"]
    assert [each for page in pages for each in page] == expected
    assert [len(each) for each in pages] == [3, 3, 2]
    back = client.get(answer.json()["previous"], headers=headers)
    assert ids(back) == pages[1]


def test_restored_order_under_another_price_keeps_its_id(place):
    first = place(idempotency_key="k")
    first_id = first.id
    first.delete()
    OutboxMessage.objects.all().delete()
    Product.objects.update(amount=7)
    again = place(idempotency_key="k")
    assert (again.id, again.amount) == (first_id, 14)
