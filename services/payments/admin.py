"""The admin of payments: everything here is looked at, nothing is edited by hand."""

from django.contrib import admin

from services.common.admin import ReadOnlyAdmin
from services.payments.models import Account, LedgerEntry, Settlement


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "amount", "currency", "created_at")
    search_fields = ("id__exact", "user_id__exact")
    ordering = ("-id",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "transfer_id",
        "book",
        "kind",
        "account_id",
        "amount",
        "currency",
        "balance_after",
        "order_id",
    )
    list_filter = ("book", "kind")
    search_fields = ("transfer_id__exact", "order_id__exact", "account__id__exact", "account__user_id__exact")
    ordering = ("-id",)


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "user_id", "status", "reason", "amount", "currency", "created_at")
    list_filter = ("status", "reason")
    search_fields = ("order_id__exact", "user_id__exact")
    ordering = ("-order_id",)
