"""What the API of payments reads and writes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services.common.http.fields import AmountField, InputSerializer, MoneySerializer
from services.common.http.operating.messages import TrailSerializer
from services.payments.models import Account, Book, Kind, LedgerEntry, Reason, Settlement, Status
from services.payments.queries import Books, SettlementPage
from services.payments.timeline import Step, Story, Timeline


class BalanceSerializer(serializers.Serializer[Account]):
    balance = MoneySerializer()


class AccountSerializer(serializers.Serializer[Account]):
    id = serializers.UUIDField()
    balance = MoneySerializer()
    created_at = serializers.DateTimeField()


class UsersAccountSerializer(AccountSerializer):
    """An account as staff see it."""

    user_id = serializers.UUIDField()


class AccountQuery(serializers.Serializer[Any]):
    """Whose account."""

    user_id = serializers.UUIDField()


class DepositInputSerializer(InputSerializer):
    amount = AmountField(help_text="Minor units, such as kopecks.")


class DepositSerializer(serializers.Serializer[LedgerEntry]):
    """A deposit, and the balance that it left."""

    id = serializers.UUIDField(source="transfer_id")
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    balance = MoneySerializer()


class EntrySerializer(serializers.Serializer[LedgerEntry]):
    """A payment's amount is negative."""

    id = serializers.UUIDField(source="transfer_id")
    kind = serializers.ChoiceField(choices=Kind.values)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    balance_after = serializers.IntegerField()
    order_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class SettlementSerializer(serializers.Serializer[Settlement]):
    """`entries_sum` is what the ledger took from the customer for the order: minus its amount, or 0."""

    order_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    reason = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    entries_sum = serializers.IntegerField()

    @extend_schema_field({"type": ["string", "null"], "enum": [*Reason.values, None]})
    def get_reason(self, settlement: Settlement) -> str | None:
        return settlement.reason or None


class SettlementPageSerializer(serializers.Serializer[SettlementPage]):
    """Ask for the next page with `?after=<next_after>`."""

    results = SettlementSerializer(many=True)
    next_after = serializers.UUIDField(allow_null=True)


class BooksSerializer(serializers.Serializer[Books]):
    """`entries_sum` is 0 and `wrong_balances` is empty unless somebody wrote beside the ledger."""

    entries_sum = serializers.IntegerField()
    wrong_balances = serializers.ListField(child=serializers.UUIDField(), help_text="Account ids.")


class SettlementQuery(serializers.Serializer[Any]):
    """The last order id of the page before."""

    after = serializers.UUIDField(required=False, default=None)


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


class DecisionSerializer(serializers.Serializer[Settlement]):
    """The one decision on an order."""

    user_id = serializers.UUIDField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class TransferEntrySerializer(serializers.Serializer[LedgerEntry]):
    """One side of a transfer; only a customer's has a balance."""

    transfer_id = serializers.UUIDField()
    book = serializers.ChoiceField(choices=Book.values)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    balance_after = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class StorySerializer(serializers.Serializer[Story]):
    """An order as far as payments knows."""

    settlement = DecisionSerializer(allow_null=True)
    entries = TransferEntrySerializer(many=True)
    trail = TrailSerializer()
