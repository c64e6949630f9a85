"""Accounts and deposits are dated by the database's clock: a process whose own is an hour off works as any other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from services.common.clock import database_now
from services.payments.models import Account, LedgerEntry

URL = "/api/v1/account"


@pytest.mark.parametrize("hours", [-1, 1])
def test_account_and_deposit_are_of_the_databases_time(db, client, headers, monkeypatch, hours):
    now = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + timedelta(hours=hours))
    before = database_now()
    client.post(URL, headers=headers)
    client.post(f"{URL}/deposits", {"amount": 100}, content_type="application/json", headers=headers)
    made = [Account.objects.get().created_at, *LedgerEntry.objects.order_by("id").values_list("created_at", flat=True)]
    assert before < made[0] < made[1] == made[2] < database_now()
