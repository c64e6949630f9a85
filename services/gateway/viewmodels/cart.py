"""The cart and the checkout."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Account, Money, Product
from services.gateway.viewmodels.formats import money, typed_money
from services.gateway.viewmodels.parts import Notice, query_string

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


@dataclass(frozen=True, slots=True)
class Purse:
    """What the account says about the total; `state` is `good`, `short`, `none` or `resting`."""

    state: str
    balance: str
    text: str
    action: str
    action_query: str

    @classmethod
    def of(cls, account: Account, total: Money) -> Self:
        missing = total.amount - account.balance.amount
        balance = money(account.balance)
        if missing <= 0:
            left = money(Money(-missing, total.currency))
            return cls("good", balance, _("After this order %(money)s will be left.") % {"money": left}, "", "")
        lacking = Money(missing, total.currency)
        query = query_string({"amount": typed_money(lacking)})
        text = _("That is %(money)s too little: the order would be rejected.") % {"money": money(lacking)}
        return cls("short", balance, text, _("Top up first"), query)

    @classmethod
    def none(cls) -> Self:
        text = _("You have no account yet: the order would be rejected, and nothing taken.")
        return cls("none", "", text, _("Open an account first"), "")

    @classmethod
    def resting(cls) -> Self:
        text = _("Payments are resting. You can order all the same: the money is taken when they are back.")
        return cls("resting", "", text, "", "")


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """Items, total, balance and one button; the form carries the key of exactly these contents."""

    title: str
    description: str
    lines: tuple[CartLine, ...]
    summary: str
    total: str
    button: str
    key: str
    expected_amount: int
    expected_currency: str
    purse: Purse
    notice: Notice | None

    @classmethod
    def of(
        cls,
        key: uuid.UUID,
        quantities: Mapping[str, int],
        products: Sequence[Product],
        purse: Purse,
        *,
        notice: Notice | None = None,
    ) -> Self:
        by_slug = {product.slug: product for product in products}
        total = total_of(quantities, by_slug)
        count = sum(quantities.values())
        return cls(
            title=_("Checkout"),
            description=_("One look, one button, one payment."),
            lines=cart_lines(quantities, by_slug),
            summary=ngettext("%(count)d item", "%(count)d items", count) % {"count": count},
            total=money(total),
            button=_("Order and pay %(money)s") % {"money": money(total)},
            key=str(key),
            expected_amount=total.amount,
            expected_currency=total.currency,
            purse=purse,
            notice=notice,
        )


def price_changed() -> Notice:
    return Notice(_("Prices have changed while you were looking. Nothing was ordered: this is the new total."), "wait")


def cart_changed() -> Notice:
    return Notice(_("The cart has changed since that form was shown. Nothing was ordered: please look again."), "wait")


def still_placing() -> Notice:
    return Notice(_("This order is being placed at this very moment. Press again: it cannot be ordered twice."), "wait")


def unknown_outcome() -> Notice:
    return Notice(_("Orders did not answer, so we do not know yet. Press again: it cannot be ordered twice."), "wait")
