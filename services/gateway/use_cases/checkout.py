"""Ordering a cart: one key makes one order, however often it is sent and whatever orders answers."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from django.db import transaction
from django.db.models.functions import Now

from services.gateway.clients.errors import UpstreamRefused
from services.gateway.clients.orders import OrdersClient, order_body
from services.gateway.dtos import Money
from services.gateway.models import Attempt, CartItem, OrderedCart
from services.gateway.prices import PricedCart, price_cart
from services.gateway.use_cases import attempts, carts

REMEMBERED = timedelta(days=90)  # far longer than a session, and so than a form that could be sent again


@dataclass(frozen=True, slots=True)
class Review:
    """What would be ordered: a cart at today's prices, and the key of exactly these contents."""

    key: uuid.UUID
    cart: PricedCart


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order that the key made, now or when it was sent before; without an id where only orders knows it.

    The key is that of an earlier form if one was open.
    """

    key: uuid.UUID
    order_id: uuid.UUID | None


class NotOrdered(StrEnum):
    """Why the key made no order, and never will."""

    CART_CHANGED = auto()
    PRICE_CHANGED = auto()


def review(user_id: uuid.UUID, *, orders: OrdersClient) -> Review | None:
    """The user's cart as it would be ordered; None while it is empty or holds what is sold no longer."""
    cart = carts.contents(carts.Visitor(user_id=user_id))
    priced = price_cart(cart.quantities, orders.products_by_slug(cart.quantities))
    return Review(cart.key, priced) if cart.key and priced.can_be_ordered else None


def settle(user_id: uuid.UUID, *, orders: OrdersClient) -> Ordered | NotOrdered | None:
    """How the user's open order ended; None where none is open. Raises `OutcomeUnknown` while nobody can say."""
    attempt = Attempt.objects.open_of(user_id, Attempt.Kind.ORDER)
    return _ask(attempt, orders) if attempt else None


def order_cart(
    user_id: uuid.UUID, *, orders: OrdersClient, key: uuid.UUID, expected_total: Money
) -> Ordered | NotOrdered:
    """Order the contents that the key belongs to, at this total alone, and take them out of the user's cart.

    An earlier order that turns out to be placed is told instead. Raises `OutcomeUnknown` while nobody can say whether
    this or the earlier one is.
    """
    earlier = settle(user_id, orders=orders)
    if isinstance(earlier, Ordered):
        return earlier
    quantities = _contents_of(user_id, key)
    if not quantities:  # asked first: the transaction that remembers the order gives the cart a new key
        return _order_of(user_id, key) or NotOrdered.CART_CHANGED
    return _ask(Attempt.objects.begin(user_id, Attempt.Kind.ORDER, key, order_body(quantities, expected_total)), orders)


def _ask(attempt: Attempt, orders: OrdersClient) -> Ordered | NotOrdered:
    quantities = {line["product"]: line["quantity"] for line in attempt.body["items"]}
    expected_total = attempt.money
    try:
        placed = attempts.ask(
            attempt,
            lambda: orders.place_order(quantities, idempotency_key=str(attempt.key), expected_total=expected_total),
        )
    except UpstreamRefused as refusal:
        if refusal.status == 422:  # these contents were ordered with another total
            return _settle_up(attempt, quantities, None)
        return NotOrdered.PRICE_CHANGED if refusal.slug == "price-changed" else NotOrdered.CART_CHANGED
    return _settle_up(attempt, quantities, placed.order.id)


def _contents_of(user_id: uuid.UUID, key: uuid.UUID) -> dict[str, int]:
    # One statement, and so one snapshot of the key and the contents.
    items = CartItem.objects.filter(cart__user_id=user_id, cart__key=key).order_by("id")
    return dict(items.values_list("product", "quantity"))


def _order_of(user_id: uuid.UUID, key: uuid.UUID) -> Ordered | None:
    made = OrderedCart.objects.filter(key=key, user_id=user_id).first()
    return Ordered(key, made.order_id) if made else None


@transaction.atomic
def _settle_up(attempt: Attempt, quantities: Mapping[str, int], order_id: uuid.UUID | None) -> Ordered:
    mine = OrderedCart.objects.filter(user_id=attempt.user_id)
    # Two requests of one key both hear of its order; the first alone takes the items out.
    _, first = mine.get_or_create(key=attempt.key, defaults={"user_id": attempt.user_id, "order_id": order_id})
    if first:
        carts.take_out(attempt.user_id, quantities)
        mine.filter(created_at__lt=Now() - REMEMBERED).delete()
    Attempt.objects.close(attempt)
    return Ordered(attempt.key, order_id)
