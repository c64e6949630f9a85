"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "services.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"
    facts = "services.orders.facts.FACTS"
    fault_points = ("watchdog.before_commit",)
