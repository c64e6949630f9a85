"""Serializer fields for money and for numbers that must really be numbers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services.common.money import MAX_AMOUNT, Money


class InputSerializer(serializers.Serializer[Any]):
    """What a client sends: a field that is not known is refused, not dropped, as a misspelt one would be."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError({str(name): [message] for name in sorted(unknown)}, code="unknown")
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer: a float, a numeric string or a bool is refused, not converted."""

    default_error_messages = {"not_an_integer": _("A whole number is required.")}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("not_an_integer")
        return int(super().to_internal_value(data))


@extend_schema_field({"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_AMOUNT})
class AmountField(StrictIntegerField):
    """Money in minor units, 1 to 10^12."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_AMOUNT, **options)


class MoneySerializer(serializers.Serializer[Money]):
    """Minor units (kopecks) beside an ISO 4217 currency."""

    amount = serializers.IntegerField(help_text="Minor units, such as kopecks.")
    currency = serializers.CharField(min_length=3, max_length=3)


class MoneyInputSerializer(InputSerializer):
    """Money that a client sends: strictly an integer and a currency."""

    amount = AmountField(help_text="Minor units, such as kopecks.")
    currency = serializers.CharField(min_length=3, max_length=3)
