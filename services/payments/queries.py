"""Reads for the API and the admin."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from services.payments.models import Account, Book, LedgerEntry, Settlement

SETTLEMENTS_PAGE = 1000


def accounts_of(user_id: uuid.UUID) -> QuerySet[Account]:
    """The user's account, or nothing."""
    return Account.objects.filter(user_id=user_id)


def entries_of(user_id: uuid.UUID) -> QuerySet[LedgerEntry]:
    """The customer's side of every transfer of the user's account."""
    return LedgerEntry.objects.filter(account__user_id=user_id)


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """Settlements in the order of their order ids; `next_after` asks for those that follow, or is None."""

    results: Sequence[Settlement]
    next_after: uuid.UUID | None


def settlements_after(order_id: uuid.UUID | None) -> SettlementPage:
    """A page of all settlements, each with `entries_sum`: what the ledger took from its customer (negative) or 0."""
    found = Settlement.objects.annotate(entries_sum=Coalesce(Subquery(_customers_sum()), Value(0))).order_by("order_id")
    if order_id is not None:
        found = found.filter(order_id__gt=order_id)
    page = list(found[:SETTLEMENTS_PAGE])
    return SettlementPage(page, page[-1].order_id if len(page) == SETTLEMENTS_PAGE else None)


def _customers_sum() -> "QuerySet[LedgerEntry, Any]":
    entries = LedgerEntry.objects.filter(order_id=OuterRef("order_id"), book=Book.CUSTOMER).order_by()
    return entries.values("order_id").annotate(sum=Sum("amount")).values("sum")


@dataclass(frozen=True, slots=True)
class Books:
    """What must hold of the ledger as a whole: the sum is 0, and no balance is another than its entries'."""

    entries_sum: int
    wrong_balances: Sequence[uuid.UUID]


def books() -> Books:
    """The ledger added up, in one snapshot each; reads every entry."""
    balances = Account.objects.annotate(booked=Coalesce(Sum("entries__amount"), Value(0)))
    wrong = balances.exclude(booked=F("amount")).order_by("id").values_list("id", flat=True)
    return Books(LedgerEntry.objects.aggregate(sum=Coalesce(Sum("amount"), Value(0)))["sum"], list(wrong))
