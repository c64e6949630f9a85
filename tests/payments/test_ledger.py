"""What the database itself refuses, whatever the code does."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from services.payments.models import MAX_BALANCE, Account, LedgerEntry, Settlement
from tests.payments.builders import open_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return open_with(500)


@pytest.mark.parametrize(
    "change",
    [
        lambda: LedgerEntry.objects.filter(book="customer").update(amount=1),
        lambda: LedgerEntry.objects.filter(book="world").update(created_at=timezone.now()),
        lambda: LedgerEntry.objects.filter(book="customer")._raw_delete("default"),
    ],
    ids=["update", "update nothing of weight", "delete"],
)
def test_entry_is_never_changed_or_deleted(account, change):
    before = list(LedgerEntry.objects.order_by("id").values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert list(LedgerEntry.objects.order_by("id").values()) == before


def test_ledger_is_never_emptied(account):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the table waits for its checks and cannot be altered
        cursor.execute("ALTER TABLE payments_ledgerentry ENABLE TRIGGER ledger_is_not_emptied")  # tests/conftest.py
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE payments_ledgerentry")


@pytest.mark.parametrize("balance", [-1, MAX_BALANCE + 1])
def test_balance_stays_in_its_bounds(account, balance):
    with pytest.raises(IntegrityError, match="account_balance_range"), transaction.atomic():
        Account.objects.update(amount=balance)


def test_user_has_one_account(account):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(user_id=account.user_id, currency="RUB", created_at=timezone.now())


def entry(account, /, **changes):
    values = {"transfer_id": uuid.uuid4(), "book": "customer", "account": account, "kind": "deposit", "amount": 1}
    values |= {"currency": "RUB", "balance_after": 1, "created_at": timezone.now()}
    return LedgerEntry(**values | changes)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("entry_moves_money", {"amount": 0}),
        ("entry_side_consistent", {"account": None}),
        ("entry_side_consistent", {"balance_after": None}),
        ("entry_side_consistent", {"book": "shop"}),
        ("entry_side_consistent", {"book": "nobody", "account": None, "balance_after": None}),
        ("entry_of_an_order_is_a_payment", {"order_id": uuid.uuid4()}),
        ("entry_of_an_order_is_a_payment", {"kind": "payment"}),
        ("entry_of_an_order_is_a_payment", {"kind": "gift"}),
    ],
    ids=str,
)
def test_inconsistent_entry_is_refused(account, constraint, changes):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        entry(account, **changes).save()


@pytest.mark.parametrize(
    ("constraint", "same"),
    [
        ("entry_one_per_side", {"transfer_id": uuid.uuid4()}),
        ("entry_one_per_order_and_side", {"order_id": uuid.uuid4(), "kind": "payment"}),
        ("entry_idempotency_key", {"idempotency_key": "k"}),
    ],
    ids=str,
)
def test_second_entry_of_the_same_is_refused(account, constraint, same):
    entry(account, **same).save()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        entry(account, **same).save()


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("settlement_amount_range", {"amount": 0}),
        ("settlement_amount_range", {"amount": 10**12 + 1}),
        ("settlement_status_consistent", {"status": "NEW"}),
        ("settlement_status_consistent", {"reason": "no_account"}),
        ("settlement_status_consistent", {"status": "REJECTED"}),
        ("settlement_status_consistent", {"status": "REJECTED", "reason": "mood"}),
    ],
    ids=str,
)
def test_inconsistent_settlement_is_refused(constraint, changes):
    values = {"order_id": uuid.uuid4(), "user_id": uuid.uuid4(), "amount": 1, "currency": "RUB", "status": "PAID"}
    values |= {"fingerprint": b"", "created_at": timezone.now()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Settlement.objects.create(**values | changes)
