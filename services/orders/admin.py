"""The admin of orders: the catalogue is edited here, orders are looked at."""

from django.contrib import admin

from services.common.admin import ReadOnly
from services.orders.models import Category, Order, OrderItem, Product


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


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("id", "user_id", "status", "reason", "amount", "currency", "attempt", "created_at", "settled_at")
    list_filter = ("status", "reason")
    search_fields = ("id__exact", "user_id__exact")
    ordering = ("-id",)
    inlines = (OrderItemInline,)
    show_full_result_count = False
