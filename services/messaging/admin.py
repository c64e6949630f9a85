"""The admin of messaging: everything can be seen, nothing edited."""

from typing import Any

from django.contrib import admin

from .models import DeadLetter, Delivery, FeedPosition, InboxMessage, OutboxMessage, PendingDelivery, Redrive
from .read_only import ReadOnlyAdmin


class RawMessageAdmin(ReadOnlyAdmin):
    """Rows that hold a message's raw bytes."""

    @admin.display(description="value")
    def readable_value(self, row: Any) -> str:
        """The raw bytes, as far as they are text."""
        return bytes(row.value or b"").decode("utf-8", "backslashreplace")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(RawMessageAdmin):
    list_display = ("id", "type", "subject", "key", "created_at", "state", "sent_times")
    list_filter = ("type", "created_at")
    search_fields = ("subject", "message_id", "key")
    exclude = ("value",)
    readonly_fields = ("readable_value",)

    def state(self, row: OutboxMessage) -> str:
        return "pending" if PendingDelivery.objects.filter(message=row).exists() else "sent"

    def sent_times(self, row: OutboxMessage) -> int:
        return row.deliveries.count()


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "message_id", "attempt", "partition", "offset", "confirmed_at")


@admin.register(InboxMessage)
class InboxMessageAdmin(RawMessageAdmin):
    list_display = ("id", "type", "subject", "key", "received_at", "state", "failures", "duplicates")
    list_filter = ("type", "received_at")
    search_fields = ("subject", "message_id", "key")
    exclude = ("value", "fingerprint")
    readonly_fields = ("readable_value",)

    def state(self, row: InboxMessage) -> str:
        if row.dead_at:
            return "dead"
        return "processed" if row.processed_at else "pending"


@admin.register(DeadLetter)
class DeadLetterAdmin(RawMessageAdmin):
    list_display = (
        "id",
        "source",
        "reason",
        "type",
        "subject",
        "topic",
        "partition",
        "offset",
        "created_at",
        "resolved_at",
    )
    list_filter = ("source", "reason", "type", "created_at")
    search_fields = ("subject", "detail")
    exclude = ("key", "value", "digest")
    readonly_fields = ("readable_value",)


@admin.register(Redrive)
class RedriveAdmin(ReadOnlyAdmin):
    list_display = ("id", "dead_letter", "by", "at", "outcome", "note")
    list_filter = ("outcome", "at")
    search_fields = ("by", "note")


@admin.register(FeedPosition)
class FeedPositionAdmin(ReadOnlyAdmin):
    list_display = ("topic", "position", "lost", "reached_at")
