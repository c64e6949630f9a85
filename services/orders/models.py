"""The catalogue, and orders with their invariants."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CharField, F, Q
from django.db.models.functions import Cast, Right
from uuid_utils.compat import uuid7

from services.common.money import MAX_AMOUNT, Money

MAX_QUANTITY = 99


def shop_currency() -> str:
    """The one currency that the shop sells in."""
    return settings.CURRENCY


class Category(models.Model):
    """A shelf of the catalogue."""

    slug = models.SlugField(max_length=64, unique=True)
    name_en = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name_en


class Product(models.Model):
    """A thing to buy. One that is not active is neither shown nor sold."""

    slug = models.SlugField(max_length=64, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    name_en = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    description_en = models.TextField(max_length=1000)
    description_ru = models.TextField(max_length=1000)
    amount = models.BigIntegerField(help_text="Minor units, such as kopecks.")
    currency = models.CharField(max_length=3, default=shop_currency, editable=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT), name="product_amount_range")
        ]
        indexes = [models.Index(fields=["category", "-id"], name="product_by_category")]

    def __str__(self) -> str:
        return self.name_en

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)


class Status(models.TextChoices):
    """`NEW` turns into one of the others once, and never back."""

    NEW = "NEW"
    PAID = "PAID"
    REJECTED = "REJECTED"


class Reason(models.TextChoices):
    """Why an order was rejected."""

    NO_ACCOUNT = "no_account"
    INSUFFICIENT_FUNDS = "insufficient_funds"


NEW_ORDER = Q(status=Status.NEW, reason="", settled_at=None)
PAID_ORDER = Q(status=Status.PAID, reason="", settled_at__isnull=False)
# The short number that a shopper sees: the random end of the id.
ORDER_NUMBER = Right(Cast("id", CharField()), 6)
REJECTED_ORDER = Q(status=Status.REJECTED, reason__in=Reason.values, settled_at__isnull=False)


def new_order_id(user_id: uuid.UUID, idempotency_key: str) -> uuid.UUID:
    """The id of a user's new order: with a key always the same (UUIDv5, RFC 9562), else one of its own (UUIDv7).

    So an order that orders has forgotten is known by its id in payments when its client asks again.
    """
    return uuid.uuid5(user_id, f"order {idempotency_key}") if idempotency_key else uuid7()


class Order(models.Model):
    """An order. `attempt` counts its payment task's sendings; at `resend_at` the watchdog looks after it.

    `alerted_at` says when staff were told that it is delayed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True, default="")
    amount = models.BigIntegerField(help_text="Minor units, such as kopecks.")
    currency = models.CharField(max_length=3)
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    fingerprint = models.BinaryField()
    attempt = models.PositiveSmallIntegerField(default=1)
    resend_at = models.DateTimeField()
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=NEW_ORDER | PAID_ORDER | REJECTED_ORDER, name="order_status_consistent"),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT), name="order_amount_range"),
            models.UniqueConstraint(
                fields=["user_id", "idempotency_key"], condition=~Q(idempotency_key=""), name="order_idempotency_key"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="order_by_time"),
            models.Index(fields=["user_id", "-created_at", "-id"], name="order_by_user_time"),
            models.Index(fields=["user_id", "status", "-created_at", "-id"], name="order_by_user_status_time"),
            models.Index(fields=["resend_at"], condition=Q(status=Status.NEW), name="order_to_resend"),
            models.Index(ORDER_NUMBER, name="order_by_number"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


class OrderItem(models.Model):
    """A line of an order: name and price as they were when it was placed."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    product = models.CharField(max_length=64)
    name_en = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    quantity = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField(help_text="Of one piece.")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="order_item_quantity_range"
            ),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT), name="order_item_amount_range"),
            models.UniqueConstraint(F("order"), F("product"), name="order_item_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.amount * self.quantity, self.currency)


class Audit(models.Model):
    """A comparison of both services' books: asked for, then made by the chores, then kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True, default="", help_text="Why nothing could be compared.")
    counts = models.JSONField(default=dict, help_text="What was compared.")
    findings = models.JSONField(default=list, help_text="Exceptions, the first thousand of them.")
    exceptions = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["requested_at"], name="audit_waiting", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"audit of {self.requested_at:%Y-%m-%d %H:%M:%S}"

    @property
    def state(self) -> str:
        """`waiting`, `failed`, `clean`, or `exceptions` where something differs."""
        if self.finished_at is None:
            return "waiting"
        return "failed" if self.failure else "exceptions" if self.exceptions else "clean"
