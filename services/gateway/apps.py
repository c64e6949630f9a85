"""The gateway app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class GatewayConfig(AppConfig):
    name = "services.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"
    facts = "services.gateway.facts.FACTS"

    def ready(self) -> None:
        from services.gateway.views.security import remember_sign_in

        user_logged_in.connect(remember_sign_in)
