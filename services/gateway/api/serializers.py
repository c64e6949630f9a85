"""What clients get: each DTO as JSON, and the same for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from services.common.http.fields import MoneySerializer
from services.gateway.dtos import (
    Account,
    Audit,
    Category,
    Deposit,
    Entry,
    Finding,
    Order,
    OrderItem,
    Product,
    Step,
    Timeline,
)
from services.gateway.models import User
from services.gateway.use_cases.people import IssuedToken


class UserSerializer(serializers.Serializer[User]):
    """A registered user."""

    id = serializers.UUIDField()
    username = serializers.CharField()


class TokenSerializer(serializers.Serializer[IssuedToken]):
    """A token for the `Authorization: Bearer` header."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CategorySerializer(serializers.Serializer[Category]):
    """A shelf of the catalogue."""

    slug = serializers.CharField()
    name = serializers.CharField()


class ProductSerializer(serializers.Serializer[Product]):
    """A thing to buy; name and description follow Accept-Language."""

    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField(help_text="The slug of its category.")
    price = MoneySerializer()


class OrderItemSerializer(serializers.Serializer[OrderItem]):
    """A line of an order, with name and price as they were."""

    product = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    price = MoneySerializer()
    total = MoneySerializer()


class OrderSerializer(serializers.Serializer[Order]):
    """An order; `delayed` while it is NEW for longer than it should be."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(["NEW", "PAID", "REJECTED"])
    reason = serializers.ChoiceField(["no_account", "insufficient_funds"], allow_null=True)
    total = MoneySerializer()
    items = OrderItemSerializer(many=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    delayed = serializers.BooleanField()


class StepSerializer(serializers.Serializer[Step]):
    """One step of an order's way."""

    at = serializers.DateTimeField()
    service = serializers.CharField()
    step = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class TimelineSerializer(serializers.Serializer[Timeline]):
    """An order's way through both services; not `complete` while it goes on or a service is down."""

    complete = serializers.BooleanField()
    steps = StepSerializer(many=True)


class AccountSerializer(serializers.Serializer[Account]):
    """An account and its balance."""

    id = serializers.UUIDField()
    balance = MoneySerializer()
    created_at = serializers.DateTimeField()


class BalanceSerializer(serializers.Serializer[Account]):
    """The balance alone."""

    balance = MoneySerializer()


class DepositSerializer(serializers.Serializer[Deposit]):
    """Money that came in, and the balance after it."""

    id = serializers.UUIDField()
    amount = serializers.IntegerField(source="amount.amount")
    currency = serializers.CharField(source="amount.currency")
    balance = MoneySerializer()


class EntrySerializer(serializers.Serializer[Entry]):
    """A line of the account's ledger; a payment's amount is negative."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(["deposit", "payment"])
    amount = serializers.IntegerField(source="amount.amount")
    currency = serializers.CharField(source="amount.currency")
    balance_after = serializers.IntegerField(source="balance_after.amount")
    order_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class PageSerializer(serializers.Serializer[Any]):
    """What every list has beside its results."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProductPageSerializer(PageSerializer):
    results = ProductSerializer(many=True)


class CategoryPageSerializer(PageSerializer):
    results = CategorySerializer(many=True)


class OrderPageSerializer(PageSerializer):
    results = OrderSerializer(many=True)


class EntryPageSerializer(PageSerializer):
    results = EntrySerializer(many=True)


class FindingSerializer(serializers.Serializer[Finding]):
    """One exception, and what puts it right."""

    kind = serializers.CharField()
    subject = serializers.CharField(help_text="The id of the order or the account.")
    detail = serializers.CharField()
    fix = serializers.CharField()


class AuditSerializer(serializers.Serializer[Audit]):
    """A comparison of the books of orders and payments."""

    id = serializers.UUIDField()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(["waiting", "failed", "clean", "exceptions"])
    failure = serializers.CharField(allow_blank=True, help_text="Why nothing could be compared.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="What was compared.")
    exceptions = serializers.IntegerField(help_text="How much differs.")
    findings = FindingSerializer(many=True)


class AuditPageSerializer(PageSerializer):
    results = AuditSerializer(many=True)
