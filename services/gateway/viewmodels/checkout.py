"""The checkout."""

import uuid
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.dtos import Account, Money
from services.gateway.prices import PricedCart
from services.gateway.viewmodels.cart import summary_of
from services.gateway.viewmodels.formats import money, typed_amount
from services.gateway.viewmodels.parts import BillLine, Notice, query_string


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """What the account says about the total; `state` is its CSS class: `good`, `short`, `none` or `resting`."""

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
        query = query_string({"amount": typed_amount(missing)})
        lacking = money(Money(missing, total.currency))
        text = _("That is %(money)s too little: the order would be rejected.") % {"money": lacking}
        return cls("short", balance, text, _("Top up first"), query)

    @classmethod
    def none(cls) -> Self:
        text = _("You have no account yet: the order would be rejected, and nothing taken.")
        return cls("none", "", text, _("Open an account first"), "")

    @classmethod
    def unavailable(cls) -> Self:
        text = _("Payments are resting. You can order all the same: the money is taken when they are back.")
        return cls("resting", "", text, "", "")


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """Items, total, balance and one button; the form carries the key of exactly these contents."""

    title: str
    description: str
    lines: tuple[BillLine, ...]
    summary: str
    total: str
    button: str
    key: str
    expected_amount: int
    expected_currency: str
    balance_check: BalanceCheck
    notice: Notice | None

    @classmethod
    def of(cls, key: uuid.UUID, cart: PricedCart, balance_check: BalanceCheck, *, notice: Notice | None = None) -> Self:
        total = money(cart.total)
        return cls(
            title=_("Checkout"),
            description=_("One look, one button, one payment."),
            lines=bill_of(cart),
            summary=summary_of(cart),
            total=total,
            button=_("Order and pay %(money)s") % {"money": total},
            key=str(key),
            expected_amount=cart.total.amount,
            expected_currency=cart.total.currency,
            balance_check=balance_check,
            notice=notice,
        )


def bill_of(cart: PricedCart) -> tuple[BillLine, ...]:
    return tuple(
        BillLine.of(line.slug, line.product.name, line.quantity, line.product.price, line.total)
        for line in cart.lines
        if line.product and line.total
    )


def price_changed() -> Notice:
    return Notice(
        _("Prices have changed while you were looking. That form ordered nothing: this is the new total."), "wait"
    )


def cart_changed() -> Notice:
    return Notice(
        _("The cart has changed since that form was shown. That form ordered nothing: please look again."), "wait"
    )


def ordered_before() -> str:
    return _("The order that you pressed before is placed: here it is.")


def not_sent() -> str:
    return _("What you pressed just now was not sent, for the answer to an earlier order was still open.")


def ordered_already() -> str:
    return _("This cart has been ordered already: here are your orders.")
