"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "services.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"
    fault_points = ("use_case.before_commit", "use_case.after_commit", "watchdog.before_commit")
