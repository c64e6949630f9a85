"""The checkout."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Account, Money, Product
from services.gateway.viewmodels.cart import CartLine, cart_lines, total_of
from services.gateway.viewmodels.formats import money, typed_money
from services.gateway.viewmodels.parts import Notice, query_string


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
