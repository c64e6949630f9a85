"""What must hold at every moment, and what must hold once all is healed."""

from django.db import connection
from django.db.models import F, Sum

from services.messaging.models import InboxMessage, OutboxMessage
from services.orders.models import Order
from services.payments.models import Account, LedgerEntry, Settlement
from tests.saga.business import TOLD_TO_FAIL


def empty_tables():
    """Begin anew; tests/conftest.py has switched off the ledger's own refusal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(messaging|orders|payments)_'")
        names = ", ".join(name for (name,) in cursor.fetchall())
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")


def require_sound_money():
    assert (LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] or 0) == 0
    accounts = Account.objects.annotate(booked=Sum("entries__amount"))
    assert not accounts.exclude(booked=None).exclude(booked=F("amount")).exists()
    payments = LedgerEntry.objects.filter(book="customer", kind="payment").values_list("order_id", "amount")
    due = Settlement.objects.filter(status="PAID").values_list("order_id", "amount")
    assert sorted(payments) == sorted((order_id, -amount) for order_id, amount in due)


def require_sound_outbox(broker):
    """What is marked as sent has been confirmed, and nothing is neither pending nor sent."""
    sent = OutboxMessage.objects.filter(deliveries__isnull=False)
    marked = set(sent.values_list("id", "deliveries__attempt"))
    assert marked <= broker.confirmed, "a message is marked as sent that the broker never confirmed"
    assert not OutboxMessage.objects.filter(deliveries=None, pending=None).exists(), "a message is lost in the outbox"


def require_only_told_failures():
    """No message failed but by the handler that was told to: not for an account that was held, or a zombie."""
    failed = InboxMessage.objects.exclude(failures=0).exclude(last_error__contains=TOLD_TO_FAIL)
    assert not failed.exists(), list(failed.values_list("type", "failures", "last_error"))


def require_settled_once():
    """Each order has one settlement with the same result on both sides."""
    require_sound_money()
    decided = ("user_id", "amount", "status", "reason")
    orders = {row[0]: row[1:] for row in Order.objects.values_list("id", *decided)}
    assert orders == {row[0]: row[1:] for row in Settlement.objects.values_list("order_id", *decided)}
