"""The gateway's admin: people, and the tokens they signed in with, which it never shows."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from knox.models import AuthToken

from services.gateway.models import User


@admin.register(User)
class ShopUserAdmin(UserAdmin):
    list_display = ("username", "id", "is_staff", "is_active", "date_joined")
    readonly_fields = ("id", "last_login", "date_joined")
    ordering = ("-date_joined",)
    fieldsets = ((None, {"fields": ("id",)}), *(UserAdmin.fieldsets or ()))


admin.site.unregister(AuthToken)


@admin.register(AuthToken)
class TokenAdmin(admin.ModelAdmin):
    """Tokens may be looked at and revoked; the hash of the secret stays out of sight."""

    list_display = ("user", "created", "expiry")
    fields = ("user", "created", "expiry")
    search_fields = ("user__username",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False
