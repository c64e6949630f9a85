"""What the API of orders reads and writes."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services.common.http.fields import InputSerializer, MoneyInputSerializer, MoneySerializer, StrictIntegerField
from services.common.http.operating.messages import TrailSerializer
from services.common.http.problems import ProblemSerializer
from services.common.money import Money
from services.orders.api.languages import LocalizedTextField
from services.orders.models import MAX_QUANTITY, Audit, Category, Order, OrderItem, Product, Reason, Status
from services.orders.queries import Hour, Pulse
from services.orders.timeline import Step, Story, Timeline
from services.orders.use_cases import FindingKind, PlacedOrder

MAX_LINES = 100
MAX_SLUG = 64


class CategorySerializer(serializers.Serializer[Category]):
    slug = serializers.CharField()
    name = LocalizedTextField(help_text="In the caller's language.")


class ProductSerializer(serializers.Serializer[Product]):
    slug = serializers.CharField()
    name = LocalizedTextField(help_text="In the caller's language.")
    description = LocalizedTextField(help_text="In the caller's language.")
    category = serializers.CharField(source="category.slug")
    price = MoneySerializer()


class ProductQuery(serializers.Serializer[Any]):
    """The filters of the catalogue."""

    search = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    category = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_SLUG)
    slugs = serializers.CharField(required=False, default="", allow_blank=True, max_length=3_400, help_text="a,b,c")
    sort = serializers.ChoiceField(choices=["name", "price", "-price"], required=False, default="", allow_blank=True)

    def validate_slugs(self, value: str) -> list[str]:
        return [slug for slug in value.split(",") if slug]


class OrderQuery(serializers.Serializer[Any]):
    """The filter of the orders."""

    status = serializers.ChoiceField(choices=Status.values, required=False, default="", allow_blank=True)


class ItemInputSerializer(InputSerializer):
    product = serializers.CharField(max_length=MAX_SLUG, help_text="The product's slug.")
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


class OrderInputSerializer(InputSerializer):
    """`expected_total` is what the shopper was shown; another total today refuses the order."""

    items = ItemInputSerializer(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    expected_total = MoneyInputSerializer(required=False)

    def validate_items(self, items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        if any(quantity > MAX_QUANTITY for quantity in merged(items).values()):
            raise serializers.ValidationError(f"At most {MAX_QUANTITY} pieces of one product.")
        return items

    def validate_expected_total(self, value: Mapping[str, Any]) -> Money:
        return Money(**value)


def merged(items: list[Mapping[str, Any]]) -> dict[str, int]:
    """Quantities by product; a repeated product is one line."""
    quantities: dict[str, int] = {}
    for item in items:
        quantities[item["product"]] = quantities.get(item["product"], 0) + item["quantity"]
    return quantities


class OrderItemSerializer(serializers.Serializer[OrderItem]):
    """A line, with name and price as they were."""

    product = serializers.CharField()
    name = LocalizedTextField(help_text="In the caller's language.")
    quantity = serializers.IntegerField()
    price = MoneySerializer()
    total = MoneySerializer()


# Any: an `Order` of `queries.orders_of`, or a `PlacedOrder`.
class OrderSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.values)
    reason = serializers.SerializerMethodField()
    total = MoneySerializer()
    items = OrderItemSerializer(many=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    delayed = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"], "enum": [*Reason.values, None]})
    def get_reason(self, order: Order | PlacedOrder) -> str | None:
        return order.reason or None

    def get_delayed(self, order: Any) -> bool:
        """Still NEW long after it should not be; staff are told."""
        return bool(order.delayed)


class PriceChangedSerializer(ProblemSerializer):
    """`price-changed`, with the catalogue's total; or `in-progress`, without."""

    total = MoneySerializer(required=False)


class StepSerializer(serializers.Serializer[Step]):
    """One step of an order's way."""

    at = serializers.DateTimeField()
    service = serializers.CharField()
    step = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class TimelineSerializer(serializers.Serializer[Timeline]):
    """The steps of an order in this service; `complete` where none is missing."""

    complete = serializers.BooleanField()
    steps = StepSerializer(many=True)


class FindingSerializer(serializers.Serializer[Any]):
    """One exception, and what puts it right."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in FindingKind])
    subject = serializers.CharField(help_text="The id of the order or the account.")
    detail = serializers.CharField()
    fix = serializers.CharField()


class AuditSerializer(serializers.Serializer[Audit]):
    """An audit; `counts` says what was compared, `exceptions` how much of it differs."""

    id = serializers.UUIDField()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=["waiting", "failed", "clean", "exceptions"])
    failure = serializers.CharField(allow_blank=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    exceptions = serializers.IntegerField()
    findings = FindingSerializer(many=True)


class PulseSerializer(serializers.Serializer[Pulse]):
    """From order to settled, in milliseconds, over `timed` orders of the last hour; null where there is none."""

    orders_a_minute = serializers.FloatField(help_text="Of the last five minutes.")
    timed = serializers.IntegerField()
    p50_ms = serializers.FloatField(allow_null=True)
    p95_ms = serializers.FloatField(allow_null=True)


class FindQuery(serializers.Serializer[Any]):
    """What staff were told."""

    find = serializers.CharField(max_length=100, help_text="An order's id or short number, a user's or a message's id.")


class FoundOrderSerializer(serializers.Serializer[Order]):
    """An order in a list of those that may be meant."""

    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.values)
    total = MoneySerializer()
    created_at = serializers.DateTimeField()


class FoundOrdersSerializer(serializers.Serializer[Any]):
    results = FoundOrderSerializer(many=True)


class StoryOrderSerializer(OrderSerializer):
    """An order as staff see it: whose, how often its task was sent, and when the watchdog looks after it next."""

    user_id = serializers.UUIDField()
    attempt = serializers.IntegerField()
    resend_at = serializers.DateTimeField()


class StorySerializer(serializers.Serializer[Story]):
    """An order as far as orders knows."""

    order = StoryOrderSerializer(allow_null=True)
    trail = TrailSerializer()


class WhySerializer(InputSerializer):
    note = serializers.CharField(max_length=500, help_text="Why, for the log.")


class ResentSerializer(serializers.Serializer[Any]):
    attempt = serializers.IntegerField(help_text="The number of this sending.")


class HourSerializer(serializers.Serializer[Hour]):
    """The orders placed in the hour from `at`, and from order to settled in milliseconds, of the newest of them."""

    at = serializers.DateTimeField()
    orders = serializers.IntegerField()
    p50_ms = serializers.FloatField(allow_null=True)
    p95_ms = serializers.FloatField(allow_null=True)


class HoursSerializer(serializers.Serializer[Any]):
    results = HourSerializer(many=True)
