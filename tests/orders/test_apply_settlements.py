import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from services.messaging.message import PermanentError, Received
from services.orders.events import ORDER_SETTLED, OrderSettled
from services.orders.handlers import on_orders_settled
from services.orders.models import Order, OrderItem
from services.orders.use_cases import UnknownOrder, apply_settlements


def answer(order_id, status="PAID", reason=""):
    event = OrderSettled(order_id, uuid.uuid4(), status, reason)
    return Received(uuid.uuid4(), ORDER_SETTLED, 1, "", event)


def handle(*answers):
    with transaction.atomic():
        on_orders_settled(answers)


def state(order):
    order.refresh_from_db()
    return order.status, order.reason, order.settled_at is not None


def test_batch_gives_each_new_order_its_status(place):
    paid, rejected, waiting = place(), place(), place()
    handle(answer(paid.id), answer(rejected.id, "REJECTED", "no_account"))
    assert state(paid) == ("PAID", "", True)
    assert state(rejected) == ("REJECTED", "no_account", True)
    assert state(waiting) == ("NEW", "", False)


def test_order_is_settled_by_the_databases_clock(place):
    order = place()
    before = database_now()
    apply_settlements(settlements=[answer(order.id).event])
    order.refresh_from_db()
    assert before < order.settled_at < database_now()


def database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_same_answer_again_changes_nothing(place):
    order, other = place(), place()
    handle(answer(order.id))
    order.refresh_from_db()
    settled_at = order.settled_at
    handle(answer(order.id), answer(other.id))
    assert state(order) == state(other) == ("PAID", "", True)
    assert order.settled_at == settled_at


@pytest.mark.parametrize("other", [("REJECTED", "insufficient_funds"), ("PAID", "")], ids=str)
def test_contradicting_answer_is_refused_for_ever_and_never_overwrites(place, other):
    order, neighbour = place(), place()
    handle(answer(order.id, "REJECTED", "no_account"))
    with pytest.raises(PermanentError):
        handle(answer(neighbour.id), answer(order.id, *other))
    assert state(order) == ("REJECTED", "no_account", True)
    assert state(neighbour) == ("NEW", "", False)


def test_answer_about_an_unknown_order_can_be_tried_again(place):
    neighbour = place()
    with pytest.raises(UnknownOrder):
        handle(answer(neighbour.id), answer(uuid.uuid4()))
    assert state(neighbour) == ("NEW", "", False)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("order_status_consistent", {"status": "PAID"}),
        ("order_status_consistent", {"settled_at": timezone.now()}),
        ("order_status_consistent", {"status": "PAID", "reason": "no_account", "settled_at": timezone.now()}),
        ("order_status_consistent", {"status": "REJECTED", "settled_at": timezone.now()}),
        ("order_status_consistent", {"status": "REJECTED", "reason": "mood", "settled_at": timezone.now()}),
        ("order_status_consistent", {"status": "LOST"}),
        ("order_amount_range", {"amount": 0}),
        ("order_amount_range", {"amount": 10**12 + 1}),
    ],
    ids=str,
)
def test_database_refuses_an_inconsistent_order(place, constraint, changes):
    place()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Order.objects.update(**changes)


@pytest.mark.parametrize("quantity", [0, 100])
def test_database_refuses_an_odd_quantity(place, quantity):
    place()
    with pytest.raises(IntegrityError, match="quantity"), transaction.atomic():
        OrderItem.objects.update(quantity=quantity)
