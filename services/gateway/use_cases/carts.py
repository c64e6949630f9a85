"""What visitors do with their carts. Every change of the contents makes a new idempotency key."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uuid_utils.compat
from django.db import transaction
from django.db.models import Sum

from services.gateway.limits import MAX_LINES, MAX_QUANTITY
from services.gateway.models import Cart, CartItem


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose cart is meant: a user's, or the one whose id a signed-out visitor's session keeps."""

    user_id: uuid.UUID | None = None
    cart_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Quantities by product slug, in the order of adding, and the key that belongs to exactly these."""

    key: uuid.UUID | None = None
    quantities: dict[str, int] = field(default_factory=dict)


class CartFull(Exception):
    """An order may have a hundred lines, and so may a cart."""


def contents(visitor: Visitor) -> Contents:
    """What is in the visitor's cart; nothing, and no key, where there is no cart."""
    cart = _find(visitor)
    # The key is read first: a change in between has made a new one, and the old one orders nothing.
    return Contents(cart.key, _quantities(cart)) if cart else Contents()


def count(visitor: Visitor) -> int:
    """How many things are in the cart; a visitor without a cart costs no query."""
    cart = _find(visitor)
    return (cart.items.aggregate(Sum("quantity"))["quantity__sum"] or 0) if cart else 0


def add(visitor: Visitor, product: str, quantity: int) -> uuid.UUID:
    """Put more of a product in, at most 99 in all; raises `CartFull` for a line beyond the hundredth.

    Returns the cart's id, as `set_quantity` does: a signed-out visitor's session keeps it.
    """
    with _changing(visitor) as cart:
        item = cart.items.filter(product=product).first()
        _put(cart, product, (item.quantity if item else 0) + quantity)
        return cart.id


def set_quantity(visitor: Visitor, product: str, quantity: int) -> uuid.UUID:
    """Have exactly this many of a product; none removes its line. Raises `CartFull` as `add` does."""
    with _changing(visitor) as cart:
        _put(cart, product, quantity)
        return cart.id


def take_out(user_id: uuid.UUID, quantities: Mapping[str, int]) -> None:
    """Have so many less of each product; what was added in the meantime stays."""
    with _changing(Visitor(user_id=user_id)) as cart:
        left = _quantities(cart)
        for product, quantity in quantities.items():
            _put(cart, product, left.get(product, 0) - quantity)


@transaction.atomic
def adopt(cart_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A cart filled before signing in becomes the user's, or is poured into the one the user has."""
    filled = Cart.objects.select_for_update().filter(id=cart_id, user=None).first()
    if filled is None:
        return
    own = Cart.objects.select_for_update().filter(user_id=user_id).first()
    if own is not None and own.items.exists():
        _pour(filled, own)
        return
    if own is not None:
        own.delete()
    filled.user_id = user_id
    filled.save(update_fields=["user", "updated_at"])


def _pour(filled: Cart, own: Cart) -> None:
    before = _quantities(own)
    for product, quantity in list(_quantities(filled).items())[: MAX_LINES - len(before)]:
        _put(own, product, before.get(product, 0) + quantity)
    filled.delete()
    _renew(own)


def _find(visitor: Visitor) -> Cart | None:
    if visitor.user_id:
        return Cart.objects.filter(user_id=visitor.user_id).first()
    return Cart.objects.filter(id=visitor.cart_id, user=None).first() if visitor.cart_id else None


def _quantities(cart: Cart) -> dict[str, int]:
    return dict(cart.items.order_by("id").values_list("product", "quantity"))


def _put(cart: Cart, product: str, quantity: int) -> None:
    if quantity <= 0:
        cart.items.filter(product=product).delete()
    else:
        quantity = min(quantity, MAX_QUANTITY)
        others = cart.items.exclude(product=product)
        if others.count() >= MAX_LINES:
            raise CartFull
        CartItem.objects.update_or_create(cart=cart, product=product, defaults={"quantity": quantity})


@contextmanager
def _changing(visitor: Visitor) -> Iterator[Cart]:
    with transaction.atomic():
        found = _find(visitor) or _make(visitor)
        cart = Cart.objects.select_for_update().get(id=found.id)
        yield cart
        _renew(cart)


def _make(visitor: Visitor) -> Cart:
    if visitor.user_id:
        return Cart.objects.get_or_create(user_id=visitor.user_id)[0]
    return Cart.objects.create()


def _renew(cart: Cart) -> None:
    cart.key = uuid_utils.compat.uuid7()
    cart.save(update_fields=["key", "updated_at"])
