"""Reads for the API, the admin and the facts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from services.common.sql import fetch
from services.messaging.models import OutboxMessage
from services.orders.models import ORDER_NUMBER, Category, Order, Product, Status

DELAYED_AFTER = timedelta(seconds=15)
MOST_FOUND = 20
RATE_MINUTES = 5
MOST_TIMED = 10_000  # so that a busy hour costs no more than this
# Of what is settled; percentile_cont interpolates between two rows.
TIMES = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)
FROM (
    SELECT extract(epoch FROM settled_at - created_at) * 1000 AS ms FROM orders_order
    WHERE created_at > %b AND settled_at IS NOT NULL ORDER BY created_at DESC LIMIT %b
) AS recent
"""
TIMED_AN_HOUR = 500
# For each of the last 24 hours; the times are of its newest orders alone, so that a busy day costs no more.
HOURS = """
SELECT hour, count, p50_ms, p95_ms
FROM generate_series(date_trunc('hour', %b::timestamptz) - interval '23 h', %b::timestamptz, interval '1 h') AS hour
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM orders_order WHERE created_at >= hour AND created_at < hour + interval '1 h'
) AS placed
CROSS JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50_ms,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95_ms
    FROM (
        SELECT extract(epoch FROM settled_at - created_at) * 1000 AS ms FROM orders_order
        WHERE created_at >= hour AND created_at < hour + interval '1 h' AND settled_at IS NOT NULL
        ORDER BY created_at DESC LIMIT %b
    ) AS newest
) AS timed
ORDER BY hour
"""
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


def is_delayed(*, now: datetime) -> Q:
    """Whether an order is still NEW long after it should not be: its task waits, was lost, or is a dead letter."""
    return Q(status=Status.NEW, created_at__lt=now - DELAYED_AFTER)


def orders_of(user_id: uuid.UUID, *, now: datetime, status: str = "") -> QuerySet[Order]:
    """The user's orders with their items, of one status or of all; each says in `delayed` whether it is."""
    found = orders(now=now).filter(user_id=user_id)
    return found.filter(status=status) if status else found


def orders(*, now: datetime) -> QuerySet[Order]:
    """Everybody's orders with their items; each says in `delayed` whether it is."""
    return Order.objects.annotate(delayed=is_delayed(now=now)).prefetch_related("items")


def find_orders(text: str) -> QuerySet[Order]:
    """The newest twenty orders that this may mean: an order's id or short number, a user's or a message's id."""
    text = text.strip().lstrip("#").lower()
    try:
        identity = uuid.UUID(text)
    except ValueError:
        found = Order.objects.filter(id__in=list(ids_of_number(text)))
    else:
        subjects = OutboxMessage.objects.filter(message_id=identity).values_list("subject", flat=True)
        found = Order.objects.filter(Q(id__in=[identity, *subjects]) | Q(user_id=identity))
    return found.order_by("-created_at", "-id")[:MOST_FOUND]


def ids_of_number(number: str) -> QuerySet[Order, uuid.UUID]:
    """Of the few orders with this short number. In no order: the planner would walk the index of another for it."""
    return Order.objects.alias(number=ORDER_NUMBER).filter(number=number).values_list("id", flat=True)[:MOST_FOUND]


def attempt_of(order_id: uuid.UUID) -> int:
    """How often the order's task was asked to be sent."""
    return Order.objects.values_list("attempt", flat=True).get(id=order_id)


def is_final(order_id: uuid.UUID) -> bool:
    """Whether payments' decision on the order has arrived."""
    return Order.objects.filter(id=order_id).exclude(status=Status.NEW).exists()


def delayed_orders(*, now: datetime) -> QuerySet[Order]:
    """All delayed orders, those first that the watchdog looks after next: in the order of the index of NEW ones."""
    return Order.objects.filter(is_delayed(now=now)).order_by("resend_at")


@dataclass(frozen=True, slots=True)
class Pulse:
    """How fast orders come and are settled; the times, in milliseconds, are of `timed` orders, None where of none."""

    orders_a_minute: float
    timed: int
    p50_ms: float | None
    p95_ms: float | None


def pulse(*, now: datetime) -> Pulse:
    """The rate of the last five minutes; from order to settled, of the newest ten thousand of the last hour."""
    placed = Order.objects.filter(created_at__gt=now - timedelta(minutes=RATE_MINUTES)).count()
    [(timed, p50, p95)] = fetch(TIMES, [now - timedelta(hours=1), MOST_TIMED])
    return Pulse(placed / RATE_MINUTES, timed, p50, p95)


@dataclass(frozen=True, slots=True)
class Hour:
    """The orders placed in the hour from `at`; the times as in `Pulse`, of its newest five hundred."""

    at: datetime
    orders: int
    p50_ms: float | None
    p95_ms: float | None


def hours(*, now: datetime) -> Sequence[Hour]:
    """The last 24, oldest first, the one that runs among them."""
    return [Hour(*row) for row in fetch(HOURS, [now, now, TIMED_AN_HOUR])]
