"""The account: balance, top-up, entries."""

import uuid
from dataclasses import dataclass
from typing import Self

from django.forms import BaseForm
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Account, Deposit, Entry, Page
from services.gateway.viewmodels.formats import moment, money, signed_money, typed_amount
from services.gateway.viewmodels.parts import Field, fields_of, query_string

EXAMPLE = 129_050


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of the ledger; `state` is `in` or `out`."""

    kind: str
    amount: str
    balance: str
    at: str
    order_id: str
    state: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        kinds = {"deposit": _("Top-up"), "payment": _("Payment for an order")}
        return cls(
            kind=kinds.get(entry.kind, entry.kind),
            amount=signed_money(entry.amount),
            balance=money(entry.balance_after),
            at=moment(entry.created_at),
            order_id=str(entry.order_id) if entry.order_id else "",
            state="out" if entry.amount.amount < 0 else "in",
        )


@dataclass(frozen=True, slots=True)
class TopUp:
    """The form that brings money in; its key lets the same form count once."""

    field: Field
    example: str
    key: str

    @classmethod
    def of(cls, form: BaseForm, key: uuid.UUID) -> Self:
        return cls(fields_of(form)[0], typed_amount(EXAMPLE), str(key))


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The shopper's account, or the invitation to open one."""

    title: str
    description: str
    balance: str
    points: str
    opened: str
    entries: tuple[EntryRow, ...]
    newer_query: str
    older_query: str
    top_up: TopUp | None

    @classmethod
    def of(cls, account: Account, entries: Page[Entry], top_up: TopUp, points: int | None = None) -> Self:
        return cls(
            title=_("Account"),
            description=_("Your balance and every movement of it."),
            balance=money(account.balance),
            points="" if points is None else told(points),
            opened=_("Open since %(moment)s") % {"moment": moment(account.created_at)},
            entries=tuple(EntryRow.of(entry) for entry in entries.results),
            newer_query=query_string({"cursor": entries.previous_cursor or ""}),
            older_query=query_string({"cursor": entries.next_cursor or ""}),
            top_up=top_up,
        )

    @classmethod
    def none(cls) -> Self:
        description = _("Your balance and every movement of it.")
        return cls(_("Account"), description, "", "", "", (), "", "", None)


def told(points: int) -> str:
    return ngettext("%(points)d point for your orders", "%(points)d points for your orders", points) % {
        "points": points
    }


def account_opened() -> str:
    return _("Your account is open.")


def topped_up(deposit: Deposit, *, replayed: bool) -> str:
    text = _("This top-up counts once: %(money)s") if replayed else _("Topped up: %(money)s")
    return text % {"money": money(deposit.amount)}


def not_sent() -> str:
    return _("What you pressed just now was not sent, for the answer to an earlier top-up was still open.")


def top_up_refused() -> str:
    return _("That top-up was refused. Your balance is as before.")


def form_used_already() -> str:
    return _("That form was used already, with another amount. Here is a new one.")
