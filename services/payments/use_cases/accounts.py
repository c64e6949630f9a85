"""Opening an account, and depositing money."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from uuid_utils.compat import uuid7

from services.common.http.idempotency import KeyReused, transaction_beside_twin
from services.payments.models import MAX_BALANCE, Account, Book, Kind, LedgerEntry


class NoAccount(Exception):
    """The user has not opened an account."""


class BalanceTooLarge(Exception):
    """The account would hold more than 10^15 minor units."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """The customer's entry of a deposit; `replayed` where this is the first answer told again."""

    entry: LedgerEntry
    replayed: bool


def open_account(*, user_id: uuid.UUID, now: datetime) -> tuple[Account, bool]:
    """The user's one account, and whether this call opened it."""
    return Account.objects.get_or_create(user_id=user_id, defaults={"currency": settings.CURRENCY, "created_at": now})


def deposit(*, user_id: uuid.UUID, amount: int, now: datetime, idempotency_key: str = "") -> Deposit:
    """Move money from the world into the user's account, at most once for a key.

    Raises `NoAccount`, `BalanceTooLarge`, `KeyReused` or `TwinInProgress`; nothing is changed then.
    """
    with transaction_beside_twin():
        account = Account.objects.select_for_update().filter(user_id=user_id).first()
        if account is None:
            raise NoAccount
        if idempotency_key and (first := account.entries.filter(idempotency_key=idempotency_key).first()):
            if first.amount != amount:
                raise KeyReused
            return Deposit(first, replayed=True)
        return Deposit(_credit(account, amount, now, idempotency_key), replayed=False)


def _credit(account: Account, amount: int, now: datetime, idempotency_key: str) -> LedgerEntry:
    account.amount += amount
    if account.amount > MAX_BALANCE:
        raise BalanceTooLarge
    account.save(update_fields=["amount"])
    transfer = {"transfer_id": uuid7(), "kind": Kind.DEPOSIT, "currency": account.currency, "created_at": now}
    customers = LedgerEntry(
        **transfer,
        book=Book.CUSTOMER,
        account=account,
        amount=amount,
        balance_after=account.amount,
        idempotency_key=idempotency_key,
    )
    LedgerEntry.objects.bulk_create([customers, LedgerEntry(**transfer, book=Book.WORLD, amount=-amount)])
    return customers
