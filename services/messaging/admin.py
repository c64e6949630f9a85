"""The admin of messaging: everything can be seen, nothing edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import DeadLetter, Delivery, InboxMessage, OutboxMessage, PendingDelivery, Redrive


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the code may write."""

    show_full_result_count = False

    @admin.display(description="value")
    def readable_value(self, row: Any) -> str:
        """The raw bytes, as far as they are text."""
        return bytes(row.value or b"").decode("utf-8", "backslashreplace")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
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
class InboxMessageAdmin(ReadOnlyAdmin):
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
class DeadLetterAdmin(ReadOnlyAdmin):
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
    list_display = ("id", "dead_letter", "by", "at", "outcome")
    list_filter = ("outcome", "at")
    search_fields = ("by",)
