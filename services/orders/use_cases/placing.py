"""Placing an order."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import IntegrityError

from services.common.http.idempotency import KeyReused, confirm_replay, transaction_beside_twin
from services.common.money import MAX_AMOUNT, Money
from services.messaging.message import digest
from services.messaging.sending.outbox import enqueue
from services.orders.events import order_placed
from services.orders.models import Order, OrderItem, Product, Status, new_order_id
from services.orders.use_cases.resending import resend_delay


class UnknownProducts(Exception):
    """The catalogue does not have them, or not any more."""

    def __init__(self, slugs: set[str]) -> None:
        self.slugs = slugs
        super().__init__(f"unknown: {sorted(slugs)}")


class TotalTooLarge(Exception):
    """One order may not cost more than 10^12 minor units."""


class PriceChanged(Exception):
    """The catalogue's total is not the one that the client expects."""

    def __init__(self, total: Money) -> None:
        self.total = total
        super().__init__(f"the total is {total.amount} {total.currency}")


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as it was when it was placed, whatever it is now; `replayed` where a key placed it before."""

    id: uuid.UUID
    total: Money
    items: Sequence[OrderItem]
    created_at: datetime
    replayed: bool
    status: Status = Status.NEW
    reason: str = ""
    settled_at: None = None
    delayed: bool = False

    @classmethod
    def of(cls, order: Order, items: Sequence[OrderItem], *, replayed: bool) -> Self:
        return cls(order.id, order.total, items, order.created_at, replayed)


def place_order(
    *,
    user_id: uuid.UUID,
    quantities: Mapping[str, int],
    now: datetime,
    expected_total: Money | None = None,
    idempotency_key: str = "",
) -> PlacedOrder:
    """Record an order at the catalogue's prices together with its payment task, at most once for a key.

    Raises `UnknownProducts`, `TotalTooLarge`, `PriceChanged`, `KeyReused` or `TwinInProgress`; nothing is kept then.
    """
    order_id = new_order_id(user_id, idempotency_key)
    order = Order(id=order_id, user_id=user_id, idempotency_key=idempotency_key, created_at=now)
    order.fingerprint = digest(*sorted(quantities.items()), expected_total and astuple(expected_total))
    if first := _first_answer(order):
        return first
    try:
        with transaction_beside_twin():
            items = _record(order, quantities, expected_total)
    except IntegrityError:
        if first := _first_answer(order):  # the twin was faster
            return first
        raise
    return PlacedOrder.of(order, items, replayed=False)


def _first_answer(order: Order) -> PlacedOrder | None:
    """The order that this key placed before."""
    if not order.idempotency_key:
        return None
    same_key = Order.objects.filter(user_id=order.user_id, idempotency_key=order.idempotency_key)
    first = same_key.first()
    if first is None:
        return None
    if bytes(first.fingerprint) != order.fingerprint:
        raise KeyReused
    confirm_replay()
    return PlacedOrder.of(first, list(first.items.all()), replayed=True)


def _record(order: Order, quantities: Mapping[str, int], expected_total: Money | None) -> list[OrderItem]:
    items = _priced(order, quantities)
    order.amount, order.currency = sum(item.total.amount for item in items), items[0].currency
    if order.amount > MAX_AMOUNT:
        raise TotalTooLarge
    if expected_total not in (None, order.total):
        raise PriceChanged(order.total)
    order.resend_at = order.created_at + resend_delay(order.attempt)
    order.save(force_insert=True)
    OrderItem.objects.bulk_create(items)
    enqueue([order_placed(order)])
    return items


def _priced(order: Order, quantities: Mapping[str, int]) -> list[OrderItem]:
    """The order's items at today's prices, in the client's order."""
    found = Product.objects.filter(active=True, currency=settings.CURRENCY).in_bulk(quantities, field_name="slug")
    if unknown := set(quantities) - set(found):
        raise UnknownProducts(unknown)
    return [_item(order, found[slug], quantity) for slug, quantity in quantities.items()]


def _item(order: Order, product: Product, quantity: int) -> OrderItem:
    snapshot = {name: getattr(product, name) for name in ("name_en", "name_ru", "amount", "currency")}
    return OrderItem(order=order, product=product.slug, quantity=quantity, **snapshot)
