"""The cart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Money, Product
from services.gateway.viewmodels.formats import money

MAX_QUANTITY = 99
CURRENCY = "RUB"


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
    def of(cls, slug: str, quantity: int, product: Product | None) -> Self:
        name = product.name if product else slug
        named = {"name": name}
        return cls(
            slug=slug,
            name=name,
            price=money(product.price) if product else "",
            total=money(times(product, quantity)) if product else "",
            quantity=quantity,
            less=quantity - 1,
            more=quantity + 1,
            can_have_more=quantity < MAX_QUANTITY,
            available=product is not None,
            fewer_label=_("One less: %(name)s") % named,
            more_label=_("One more: %(name)s") % named,
            quantity_label=_("How many: %(name)s") % named,
            remove_label=_("Remove: %(name)s") % named,
        )


def times(product: Product, quantity: int) -> Money:
    return Money(product.price.amount * quantity, product.price.currency)


def total_of(quantities: Mapping[str, int], products: Mapping[str, Product]) -> Money:
    """What the available part of the cart costs now."""
    prices = [times(products[slug], quantity) for slug, quantity in quantities.items() if slug in products]
    return Money(sum(each.amount for each in prices), prices[0].currency if prices else CURRENCY)


def cart_lines(quantities: Mapping[str, int], products: Mapping[str, Product]) -> tuple[CartLine, ...]:
    return tuple(CartLine.of(slug, quantity, products.get(slug)) for slug, quantity in quantities.items())


@dataclass(frozen=True, slots=True)
class Removed:
    """What was just taken out, and how to have it back."""

    slug: str
    quantity: int
    text: str


@dataclass(frozen=True, slots=True)
class CartPage:
    """The cart; as a fragment the same, without its frame."""

    title: str
    description: str
    lines: tuple[CartLine, ...]
    summary: str
    total: str
    can_check_out: bool
    removed: Removed | None

    @classmethod
    def of(
        cls, quantities: Mapping[str, int], products: Sequence[Product], *, removed: tuple[str, int] | None = None
    ) -> Self:
        by_slug = {product.slug: product for product in products}
        lines = cart_lines(quantities, by_slug)
        count = sum(quantities.values())
        return cls(
            title=_("Cart"),
            description=_("What you mean to buy."),
            lines=lines,
            summary=ngettext("%(count)d item", "%(count)d items", count) % {"count": count},
            total=money(total_of(quantities, by_slug)),
            can_check_out=bool(lines) and all(line.available for line in lines),
            removed=removed_of(removed, by_slug, quantities),
        )


def removed_of(
    removed: tuple[str, int] | None, products: Mapping[str, Product], quantities: Mapping[str, int]
) -> Removed | None:
    if removed is None or removed[0] not in products or removed[0] in quantities:
        return None
    slug, quantity = removed
    return Removed(slug, quantity, _("%(name)s: taken out.") % {"name": products[slug].name})
