"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "services.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    fault_points = ("settlement.half_written",)
