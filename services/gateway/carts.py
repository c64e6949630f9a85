"""What visitors do with their carts. Every change of the contents makes a new idempotency key."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import uuid_utils.compat
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest

from services.gateway.models import Cart, CartItem, OrderedCart, User

MAX_QUANTITY = 99
MAX_LINES = 100
SESSION_NAME = "cart"


class CartFull(Exception):
    """An order may have a hundred lines, and so may a cart."""


def find_cart(request: HttpRequest) -> Cart | None:
    """The visitor's cart; one filled before signing in becomes the user's, or is poured into the user's own."""
    if not isinstance(request.user, User):
        cart_id: str | None = request.session.get(SESSION_NAME)
        return Cart.objects.filter(id=cart_id, user=None).first() if cart_id else None
    if SESSION_NAME in request.session:
        _adopt(request.session.pop(SESSION_NAME), request.user)
    return Cart.objects.filter(user=request.user).first()


def contents(cart: Cart | None) -> dict[str, int]:
    """Quantities by product slug, in the order of adding."""
    return dict(cart.items.order_by("id").values_list("product", "quantity")) if cart else {}


def contents_of_key(cart: Cart | None, key: uuid.UUID) -> dict[str, int]:
    """The contents that the key belongs to; nothing where they have changed since."""
    items = contents(cart)
    # Asked after the contents were read: a change in between has made a new key.
    return items if cart and Cart.objects.filter(id=cart.id, key=key).exists() else {}


def count(request: HttpRequest) -> int:
    """How many things are in the cart; a visitor without a cart costs no query."""
    if not isinstance(request.user, User) and SESSION_NAME not in request.session:
        return 0
    cart = find_cart(request)
    return (cart.items.aggregate(Sum("quantity"))["quantity__sum"] or 0) if cart else 0


def add(request: HttpRequest, product: str, quantity: int) -> None:
    """Put more of a product in, at most 99 in all; raises `CartFull` for a line beyond the hundredth."""
    with _changing(request) as cart:
        item = cart.items.filter(product=product).first()
        if item is None and cart.items.count() >= MAX_LINES:
            raise CartFull
        put(cart, product, (item.quantity if item else 0) + quantity)


def set_quantity(request: HttpRequest, product: str, quantity: int) -> None:
    """Have exactly this many of a product; none removes its line."""
    with _changing(request) as cart:
        put(cart, product, quantity)


def put(cart: Cart, product: str, quantity: int) -> None:
    if quantity <= 0:
        cart.items.filter(product=product).delete()
    else:
        quantity = min(quantity, MAX_QUANTITY)
        CartItem.objects.update_or_create(cart=cart, product=product, defaults={"quantity": quantity})


def ordered(user: User, key: uuid.UUID) -> uuid.UUID | None:
    """The order that the user's cart of this key became."""
    found: uuid.UUID | None = OrderedCart.objects.filter(key=key, user=user).values_list("order_id", flat=True).first()
    return found


def settle_up(user: User, key: uuid.UUID, items: dict[str, int], order_id: uuid.UUID) -> None:
    """Remember the order and take its items out of the cart, once, however often the form was sent."""
    with transaction.atomic():
        _, first = OrderedCart.objects.get_or_create(key=key, defaults={"user": user, "order_id": order_id})
        if not first:
            return
        cart = Cart.objects.select_for_update().get(user=user)
        left = contents(cart)
        for product, quantity in items.items():
            put(cart, product, left.get(product, 0) - quantity)
        _renew(cart)


@contextmanager
def _changing(request: HttpRequest) -> Iterator[Cart]:
    with transaction.atomic():
        found = find_cart(request)
        if found is None:
            user = request.user if isinstance(request.user, User) else None
            found = Cart.objects.get_or_create(user=user)[0] if user else Cart.objects.create()
            if user is None:
                request.session[SESSION_NAME] = str(found.id)
        cart = Cart.objects.select_for_update().get(id=found.id)
        yield cart
        _renew(cart)


def _renew(cart: Cart) -> None:
    cart.key = uuid_utils.compat.uuid7()
    cart.save(update_fields=["key", "updated_at"])


@transaction.atomic
def _adopt(cart_id: str, user: User) -> None:
    visitors = Cart.objects.select_for_update().filter(id=cart_id, user=None).first()
    if visitors is None:
        return
    own = Cart.objects.select_for_update().filter(user=user).first()
    if own is not None and own.items.exists():
        poured = contents(own)
        for product, quantity in list(contents(visitors).items())[: MAX_LINES - len(poured)]:
            put(own, product, poured.get(product, 0) + quantity)
        visitors.delete()
        _renew(own)
        return
    if own is not None:
        own.delete()
    visitors.user = user
    visitors.save(update_fields=["user", "updated_at"])
