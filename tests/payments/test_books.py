import uuid

import pytest

from services.payments.models import Account, LedgerEntry
from tests.payments.builders import open_with
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db


def books(client, **options):
    return client.get("/api/v1/books", headers=bearer(issuer="orders", scope="audit", **options))


def test_sound_books(client):
    open_with(500)
    open_with(0)
    assert books(client).json() == {"entries_sum": 0, "wrong_balances": []}


def test_balance_beside_the_ledger_and_half_a_transfer_are_told(client):
    account = open_with(500)
    open_with(100)
    Account.objects.filter(id=account.id).update(amount=600)
    entry = LedgerEntry.objects.filter(book="world").first()
    entry.pk, entry.transfer_id, entry.amount = None, uuid.uuid4(), 7
    entry.save()
    assert books(client).json() == {"entries_sum": 7, "wrong_balances": [str(account.id)]}


@pytest.mark.parametrize(("options", "status"), [({"staff": True}, 403), ({}, 403), ({"scope": "other"}, 403)])
def test_only_the_audit_may_read_them(client, options, status):
    assert client.get("/api/v1/books", headers=bearer(uuid.uuid4(), **options)).status_code == status


def test_nobody_may_read_them_without_a_token(client):
    assert client.get("/api/v1/books").status_code == 401
