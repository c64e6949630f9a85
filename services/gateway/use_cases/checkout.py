"""Ordering a cart: one key makes one order, however often it is sent and whatever orders answers."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from django.db import transaction

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.orders import OrdersClient
from services.gateway.dtos import Money
from services.gateway.models import OrderedCart
from services.gateway.prices import PricedCart, price_cart
from services.gateway.use_cases import carts


@dataclass(frozen=True, slots=True)
class Review:
    """What would be ordered: a cart at today's prices, and the key of exactly these contents."""

    key: uuid.UUID
    cart: PricedCart


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order that the key made, now or when it was sent before."""

    order_id: uuid.UUID


class NotOrdered(StrEnum):
    """Why the key made no order; only with `UNKNOWN` it may have, and the same key settles that."""

    CART_CHANGED = auto()
    PRICE_CHANGED = auto()
    IN_PROGRESS = auto()
    KEY_OF_ANOTHER_ORDER = auto()
    UNKNOWN = auto()


def review(user_id: uuid.UUID, *, orders: OrdersClient) -> Review | None:
    """The user's cart as it would be ordered; None while it is empty or holds what is sold no longer."""
    cart = carts.contents(carts.Visitor(user_id=user_id))
    priced = price_cart(cart.quantities, orders.products_by_slug(cart.quantities))
    return Review(cart.key, priced) if cart.key and priced.can_be_ordered else None


def order_cart(
    user_id: uuid.UUID, *, orders: OrdersClient, key: uuid.UUID, expected_total: Money
) -> Ordered | NotOrdered:
    """Order the contents that the key belongs to, at this total alone, and take them out of the user's cart."""
    quantities = carts.contents_of_key(user_id, key)
    if not quantities:  # asked first: the transaction that remembers the order gives the cart a new key
        order_id = _order_of(user_id, key)
        return Ordered(order_id) if order_id else NotOrdered.CART_CHANGED
    try:
        placed = orders.place_order(quantities, idempotency_key=str(key), expected_total=expected_total)
    except UpstreamUnavailable:
        return NotOrdered.UNKNOWN
    except UpstreamRefused as refusal:
        return _reason_of(refusal)
    _settle_up(user_id, key, quantities, placed.order.id)
    return Ordered(placed.order.id)


def _order_of(user_id: uuid.UUID, key: uuid.UUID) -> uuid.UUID | None:
    return OrderedCart.objects.filter(key=key, user_id=user_id).values_list("order_id", flat=True).first()


def _reason_of(refusal: UpstreamRefused) -> NotOrdered:
    if refusal.slug == "price-changed":
        return NotOrdered.PRICE_CHANGED
    if refusal.status == 422:  # the key was sent before with other contents
        return NotOrdered.KEY_OF_ANOTHER_ORDER
    if refusal.status in (409, 429):
        return NotOrdered.IN_PROGRESS
    return NotOrdered.CART_CHANGED


@transaction.atomic
def _settle_up(user_id: uuid.UUID, key: uuid.UUID, quantities: Mapping[str, int], order_id: uuid.UUID) -> None:
    # Two requests of one key both hear of its order; the first alone takes the items out.
    _, first = OrderedCart.objects.get_or_create(key=key, defaults={"user_id": user_id, "order_id": order_id})
    if first:
        carts.take_out(user_id, quantities)
