"""What clients send. Shape is judged here, strictly; the catalogue and the balance are the upstreams' to judge."""

from collections import Counter
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from services.common.http.fields import AmountField, InputSerializer, MoneyInputSerializer, StrictIntegerField
from services.gateway.api.pagination import PageQuery
from services.gateway.dtos import Money
from services.gateway.limits import MAX_LINES, MAX_QUANTITY


class TextField(serializers.CharField):
    """A JSON string, taken as it is: a number is refused, not converted, and no space is cut off."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


@extend_schema_serializer(
    examples=[OpenApiExample("A person", {"username": "ada", "password": "a-long-enough-secret"}, request_only=True)]
)
class CredentialsSerializer(InputSerializer):
    """A name and a password."""

    username = TextField(max_length=150)
    password = TextField(max_length=1024)


class OrderLineSerializer(InputSerializer):
    """A product, by its slug, and how many of it."""

    product = TextField()
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Two products", {"items": [{"product": "green-tea", "quantity": 2}]}, request_only=True),
    ]
)
class NewOrderSerializer(InputSerializer):
    """What to order, and the total that the client showed, if it wants to be told of another."""

    items = serializers.ListField(child=OrderLineSerializer(), min_length=1, max_length=MAX_LINES)
    expected_total = MoneyInputSerializer(required=False)

    def quantities(self) -> dict[str, int]:
        """By slug; the lines of a product that is named several times are added up."""
        merged: Counter[str] = Counter()
        for line in self.validated_data["items"]:
            merged[line["product"]] += line["quantity"]
        return dict(merged)

    def expected(self) -> Money | None:
        """The total that the client expects, if it said so."""
        data = self.validated_data.get("expected_total")
        return Money.from_json(data) if data else None


@extend_schema_serializer(examples=[OpenApiExample("1,000 roubles", {"amount": 100_000}, request_only=True)])
class NewDepositSerializer(InputSerializer):
    """How much to deposit."""

    amount = AmountField()


class ProductQuery(PageQuery):
    """How to narrow and sort the catalogue."""

    search = serializers.CharField(required=False, allow_blank=True)
    category = serializers.CharField(required=False, allow_blank=True, help_text="Its slug.")
    sort = serializers.ChoiceField(["price", "-price", "name"], required=False, allow_blank=True)


class OrderQuery(PageQuery):
    """How to narrow the list of orders."""

    status = serializers.ChoiceField(["NEW", "PAID", "REJECTED"], required=False, allow_blank=True)


class AccountQuery(serializers.Serializer[Any]):
    """Whose account."""

    user_id = serializers.UUIDField()
