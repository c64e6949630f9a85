from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from services.messaging.message import MAX_ATTEMPT
from services.messaging.models import OutboxMessage, PendingDelivery
from services.orders.models import Order
from services.orders.use_cases import resend_unsettled


@pytest.fixture(autouse=True)
def watchdog(settings):
    settings.WATCHDOG_FIRST_SECONDS, settings.WATCHDOG_LONGEST_SECONDS, settings.WATCHDOG_RATE = 3, 15, 200


def the_relay_has_sent_all():
    PendingDelivery.objects.all().delete()


def pending():
    return {row.message.subject: row.attempt for row in PendingDelivery.objects.select_related("message")}


def test_lost_task_is_enqueued_again_in_the_same_bytes_with_the_next_attempt(place):
    order = place(age=4)
    first = OutboxMessage.objects.get()
    the_relay_has_sent_all()
    OutboxMessage.objects.all().delete()  # pruned
    assert resend_unsettled(now=timezone.now()) == 1
    again = OutboxMessage.objects.get()
    assert (again.message_id, bytes(again.value)) == (first.message_id, bytes(first.value))
    assert pending() == {order.id: 2}


def test_young_settled_or_pending_task_is_left_alone(place):
    young, settled = place(age=2), place(age=60)
    Order.objects.filter(id=settled.id).update(status="PAID", settled_at=timezone.now())
    the_relay_has_sent_all()
    waiting = place(age=60)
    now = timezone.now()
    assert resend_unsettled(now=now) == 0
    waiting.refresh_from_db()
    assert (waiting.attempt, waiting.resend_at) == (1, now + timedelta(seconds=3))
    assert pending() == {waiting.id: 1}
    assert young.attempt == 1


def test_pauses_double_up_to_the_longest(place):
    order = place(age=4)
    now, pauses = timezone.now(), []
    for _ in range(5):
        the_relay_has_sent_all()
        assert resend_unsettled(now=now) == 1
        order.refresh_from_db()
        pauses.append((order.resend_at - now).total_seconds())
        assert resend_unsettled(now=order.resend_at - timedelta(microseconds=1)) == 0
        now = order.resend_at
    assert pauses == [6, 12, 15, 15, 15]
    assert order.attempt == 6


def test_rate_is_the_brake_and_the_longest_waiting_comes_first(place, settings):
    settings.WATCHDOG_RATE = 2
    orders = [place(age=age) for age in (10, 30, 20)]
    the_relay_has_sent_all()
    assert resend_unsettled(now=timezone.now()) == 2
    assert set(pending()) == {orders[1].id, orders[2].id}
    assert [resend_unsettled(now=timezone.now()) for _ in range(2)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_watchdog_steps_over_an_order_that_another_one_works_on(place):
    theirs, ours = place(age=30), place(age=20)
    the_relay_has_sent_all()
    with closing(connection.copy()) as other, transaction.atomic():
        other.set_autocommit(False)
        other.cursor().execute("SELECT FROM orders_order WHERE id = %s FOR UPDATE", [theirs.id])
        connection.cursor().execute("SET LOCAL lock_timeout = '1s'")
        assert resend_unsettled(now=timezone.now()) == 1
        other.rollback()  # answered: a closed session holds its locks until the server has noticed
    assert pending() == {ours.id: 2}
    assert resend_unsettled(now=timezone.now()) == 1
    assert pending() == {ours.id: 2, theirs.id: 2}


def test_attempts_never_overflow(place):
    place(age=4)
    Order.objects.update(attempt=MAX_ATTEMPT)
    the_relay_has_sent_all()
    assert resend_unsettled(now=timezone.now()) == 1
    assert list(pending().values()) == [MAX_ATTEMPT]
