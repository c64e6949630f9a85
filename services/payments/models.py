"""Accounts, the ledger and settlements, with the invariants that the database itself keeps."""

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from services.common.money import MAX_AMOUNT, Money

MAX_BALANCE = 10**15


class Account(models.Model):
    """A user's account; `balance` is the sum of its ledger entries, and never negative."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField(unique=True)
    amount = models.BigIntegerField(default=0, help_text="The balance in minor units, such as kopecks.")
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_BALANCE), name="account_balance_range")
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def balance(self) -> Money:
        return Money(self.amount, self.currency)


class Book(models.TextChoices):
    """Whose side of a transfer an entry is. Only a customer's has an account with a balance."""

    CUSTOMER = "customer"
    SHOP = "shop"
    WORLD = "world"


class Kind(models.TextChoices):
    """What a transfer is for."""

    DEPOSIT = "deposit"
    PAYMENT = "payment"


CUSTOMERS_ENTRY = Q(book=Book.CUSTOMER, account__isnull=False, balance_after__isnull=False)
OTHER_ENTRY = Q(book__in=[Book.SHOP, Book.WORLD], account=None, balance_after=None, idempotency_key="")


class LedgerEntry(models.Model):
    """One side of a transfer; both add up to 0. Never changed or deleted: triggers refuse it.

    The shop and the world outside have no row in `Account`: a cached balance there would be locked by every payment.
    A deposit's idempotency key lives with the customer's entry, which is all of its answer.
    """

    transfer_id = models.UUIDField()
    book = models.CharField(max_length=10, choices=Book.choices)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="entries", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.BigIntegerField(help_text="Minor units; negative where money leaves this side.")
    currency = models.CharField(max_length=3)
    balance_after = models.BigIntegerField(null=True)
    order_id = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_money"),
            models.CheckConstraint(
                condition=Q(kind=Kind.DEPOSIT, order_id=None) | Q(kind=Kind.PAYMENT, order_id__isnull=False),
                name="entry_of_an_order_is_a_payment",
            ),
            models.CheckConstraint(condition=CUSTOMERS_ENTRY | OTHER_ENTRY, name="entry_side_consistent"),
            models.UniqueConstraint(fields=["transfer_id", "book"], name="entry_one_per_side"),
            models.UniqueConstraint(
                fields=["order_id", "book"], condition=Q(order_id__isnull=False), name="entry_one_per_order_and_side"
            ),
            models.UniqueConstraint(
                fields=["account", "idempotency_key"], condition=~Q(idempotency_key=""), name="entry_idempotency_key"
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="entry_by_account")]
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.transfer_id} {self.book}"

    @property
    def balance(self) -> Money | None:
        """The account's balance after this entry; only a customer's entry knows it."""
        return None if self.balance_after is None else Money(self.balance_after, self.currency)


class Status(models.TextChoices):
    """How an order was settled."""

    PAID = "PAID"
    REJECTED = "REJECTED"


class Reason(models.TextChoices):
    """Why an order was rejected."""

    NO_ACCOUNT = "no_account"
    INSUFFICIENT_FUNDS = "insufficient_funds"


class Settlement(models.Model):
    """The one decision on an order, for ever: no clean-up removes it, so that no order is charged twice."""

    order_id = models.UUIDField(primary_key=True)
    user_id = models.UUIDField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True, default="")
    fingerprint = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT), name="settlement_amount_range"),
            models.CheckConstraint(
                condition=Q(status=Status.PAID, reason="") | Q(status=Status.REJECTED, reason__in=Reason.values),
                name="settlement_status_consistent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"
