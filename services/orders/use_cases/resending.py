"""The watchdog: sends lost payment tasks again."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from services.messaging.faults import fault_point
from services.messaging.message import MAX_ATTEMPT
from services.messaging.sending.outbox import enqueue, pending_subjects
from services.orders.events import ORDER_PLACED, order_placed
from services.orders.models import Order, Status


def resend_delay(attempt: int) -> timedelta:
    """How long after this attempt the task counts as lost."""
    seconds = settings.WATCHDOG_FIRST_SECONDS * 2 ** min(attempt - 1, 20)
    return timedelta(seconds=min(seconds, settings.WATCHDOG_LONGEST_SECONDS))


@transaction.atomic
def resend_tasks(*, order_ids: Sequence[uuid.UUID]) -> int:
    """Enqueue the tasks of these orders again, whatever their status; returns how many there are.

    For what the watchdog cannot see: payments lost the settlement of an order that was answered.
    """
    orders = list(Order.objects.select_for_update().filter(id__in=order_ids).order_by("id"))
    for order in orders:
        order.attempt = min(order.attempt + 1, MAX_ATTEMPT)
    Order.objects.bulk_update(orders, ["attempt"])
    enqueue([order_placed(order) for order in orders])
    return len(orders)


@transaction.atomic
def resend_unsettled(*, now: datetime) -> int:
    """Enqueue again, from the Order, each task that seems lost; returns how many. The watchdog.

    A task that still waits in the outbox is not lost. A rate limits it; it never suspends itself.
    """
    due = Order.objects.select_for_update(skip_locked=True).filter(status=Status.NEW, resend_at__lte=now)
    orders = list(due.order_by("resend_at")[: settings.WATCHDOG_RATE])
    waiting = pending_subjects(ORDER_PLACED, [order.id for order in orders]) if orders else set()
    lost = [order for order in orders if order.id not in waiting]
    for order in lost:
        order.attempt = min(order.attempt + 1, MAX_ATTEMPT)
    for order in orders:
        order.resend_at = now + resend_delay(order.attempt)
    Order.objects.bulk_update(orders, ["attempt", "resend_at"])
    enqueue([order_placed(order) for order in lost])
    fault_point("watchdog.before_commit")
    return len(lost)
