"""The cart."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Product
from services.gateway.limits import MAX_QUANTITY
from services.gateway.prices import PricedCart, PricedLine
from services.gateway.viewmodels.formats import money


@dataclass(frozen=True, slots=True)
class CartLine:
    """A product in the cart; one that is sold no longer has no price and stops the checkout."""

    slug: str
    name: str
    price: str
    total: str
    quantity: int
    less: int
    more: int
    can_have_more: bool
    available: bool
    fewer_label: str
    more_label: str
    quantity_label: str
    remove_label: str

    @classmethod
    def of(cls, line: PricedLine) -> Self:
        name = line.product.name if line.product else line.slug
        named = {"name": name}
        return cls(
            slug=line.slug,
            name=name,
            price=money(line.product.price) if line.product else "",
            total=money(line.total) if line.total else "",
            quantity=line.quantity,
            less=line.quantity - 1,
            more=line.quantity + 1,
            can_have_more=line.quantity < MAX_QUANTITY,
            available=line.product is not None,
            fewer_label=_("One less: %(name)s") % named,
            more_label=_("One more: %(name)s") % named,
            quantity_label=_("How many: %(name)s") % named,
            remove_label=_("Remove: %(name)s") % named,
        )


@dataclass(frozen=True, slots=True)
class Removed:
    """What was just taken out, and how to have it back."""

    slug: str
    quantity: int
    text: str

    @classmethod
    def of(cls, product: Product, quantity: int) -> Self:
        return cls(product.slug, quantity, _("%(name)s: taken out.") % {"name": product.name})


@dataclass(frozen=True, slots=True)
class CartPage:
    """The cart; as a fragment the same, without its frame."""

    title: str
    description: str
    lines: tuple[CartLine, ...]
    summary: str
    total: str
    can_check_out: bool
    max_quantity: int
    removed: Removed | None

    @classmethod
    def of(cls, cart: PricedCart, *, removed: Removed | None = None) -> Self:
        return cls(
            title=_("Cart"),
            description=_("What you mean to buy."),
            lines=tuple(CartLine.of(line) for line in cart.lines),
            summary=summary_of(cart),
            total=money(cart.total),
            can_check_out=cart.can_be_ordered,
            max_quantity=MAX_QUANTITY,
            removed=removed,
        )


def summary_of(cart: PricedCart) -> str:
    return ngettext("%(count)d item", "%(count)d items", cart.count) % {"count": cart.count}


def added_to_cart(product: Product) -> str:
    return _("In the cart: %(name)s") % {"name": product.name}


def cart_full() -> str:
    return _("The cart is full: a hundred different things are the most.")


def wrong_quantity() -> str:
    return _("A quantity is a whole number from 1 to 99.")
