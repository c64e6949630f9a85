"""Reads for the API and the admin."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from services.messaging.queries import inbox_trace, outbox_trace
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way."""

    at: datetime
    step: str
    detail: str = ""
    service: str = "orders"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of an order on this side, in order; `complete` where none is missing."""

    complete: bool
    steps: tuple[Step, ...]


def timeline(order: Order) -> Timeline:
    """The order's steps that happened here."""
    steps = tuple(_steps(order))
    return Timeline(complete=len(steps) == 5, steps=steps)


def _steps(order: Order) -> Iterator[Step]:
    yield Step(order.created_at, "created")
    if task := outbox_trace(ORDER_PLACED, order.id):
        yield Step(task.enqueued_at, "enqueued")
        if task.produced_at:
            yield Step(task.produced_at, "produced", f"attempt {task.attempts}")
    if reply := inbox_trace(ORDER_SETTLED, order.id):
        place = f"partition {reply.partition}, offset {reply.offset}"
        yield Step(reply.received_at, "reply_received", "dead letter" if reply.dead else place)
    if order.settled_at:
        yield Step(order.settled_at, "status_changed", f"{order.status} {order.reason}".strip())
