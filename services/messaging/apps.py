"""The messaging app: a transactional outbox and inbox over Kafka."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "services.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
