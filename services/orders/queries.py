"""Reads for the API and the admin."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from services.common.timeline import Step, Timeline, place
from services.messaging.operating.queries import inbox_trace, outbox_trace
from services.orders.events import ORDER_PLACED, ORDER_SETTLED
from services.orders.models import Category, Order, Product, Status

DELAYED_AFTER = timedelta(seconds=15)
SEARCHED = ("name_en", "name_ru", "description_en", "description_ru")


def products(*, search: str = "", category: str = "", slugs: Sequence[str] = ()) -> QuerySet[Product]:
    """The products on sale; every word of `search` must occur in a name or a description, in either language."""
    found = Product.objects.filter(active=True).select_related("category")
    for word in search.split():
        found = found.filter(Q.create([(f"{field}__icontains", word) for field in SEARCHED], connector=Q.OR))
    if category:
        found = found.filter(category__slug=category)
    if slugs:
        found = found.filter(slug__in=slugs)
    return found


def categories() -> QuerySet[Category]:
    """All shelves, in the order they were put up."""
    return Category.objects.order_by("id")


def orders_of(user_id: uuid.UUID, *, status: str = "") -> QuerySet[Order]:
    """The user's orders, of one status or of all."""
    found = Order.objects.filter(user_id=user_id).prefetch_related("items")
    return found.filter(status=status) if status else found


def is_delayed(order: Order, *, now: datetime | None = None) -> bool:
    """Whether the order is still NEW long after it should not be."""
    return order.status == Status.NEW and (now or timezone.now()) - order.created_at > DELAYED_AFTER


def delayed_orders(*, now: datetime | None = None) -> QuerySet[Order]:
    """Those that `is_delayed` is true of, oldest first: their task waits, was lost, or is a dead letter."""
    return Order.objects.filter(status=Status.NEW, created_at__lt=(now or timezone.now()) - DELAYED_AFTER).order_by(
        "id"
    )


def health_details() -> dict[str, int]:
    """What `/readyz` tells of the orders."""
    return {"delayed_orders": delayed_orders().count()}


def timeline(order: Order) -> Timeline:
    """The order's steps that happened here."""
    steps = [Step(at, settings.SERVICE_NAME, name, detail) for at, name, detail in _steps(order)]
    return Timeline(complete=len(steps) == 5, steps=steps)


def _steps(order: Order) -> Iterator[tuple[datetime, str, str]]:
    yield order.created_at, "created", ""
    if task := outbox_trace(ORDER_PLACED, order.id):
        yield task.enqueued_at, "enqueued", ""
        if task.produced_at:
            yield task.produced_at, "produced", place(task.partition, task.offset)
    if reply := inbox_trace(ORDER_SETTLED, order.id):
        yield reply.received_at, "reply_received", "dead letter" if reply.dead else place(reply.partition, reply.offset)
    if order.settled_at:
        yield order.settled_at, "status_changed", f"{order.status} {order.reason}".strip()
