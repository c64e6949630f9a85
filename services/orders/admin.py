"""The admin of orders: the catalogue is edited here, orders are looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from services.common.admin import ReadOnly, ReadOnlyAdmin
from services.common.clock import database_now
from services.orders.models import Audit, Category, Order, OrderItem, Product
from services.orders.queries import is_delayed


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("slug", "name_en", "name_ru")


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ("slug", "name_en", "category", "amount", "currency", "active")
    list_filter = ("active", "category")
    search_fields = ("slug", "name_en", "name_ru")
    list_select_related = ("category",)


class OrderItemInline(ReadOnly, admin.TabularInline):
    model = OrderItem
    extra = 0


class DelayedFilter(admin.SimpleListFilter):
    """The orders that staff are alerted about."""

    title = "delayed"
    parameter_name = "delayed"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", "delayed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(is_delayed(now=database_now())) if self.value() else queryset


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "status", "reason", "amount", "currency", "attempt", "created_at", "settled_at")
    list_filter = (DelayedFilter, "status", "reason")
    search_fields = ("id__exact", "user_id__exact")
    ordering = ("-created_at", "-id")
    inlines = (OrderItemInline,)


@admin.register(Audit)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ("requested_at", "finished_at", "state", "exceptions", "failure")
    ordering = ("-id",)
