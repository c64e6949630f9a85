"""The gateway app."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "services.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"
    facts = "services.gateway.facts.FACTS"
