"""The messaging app: a transactional outbox and inbox over Kafka."""

from django.apps import AppConfig

from . import faults
from .conf import configuration


class MessagingConfig(AppConfig):
    name = "services.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
    facts = "services.messaging.operating.facts.FACTS"
    fault_points = (
        "relay.before_send",
        "relay.after_send",
        "relay.before_mark",
        "relay.after_mark",
        "consumer.before_store",
        "inbox.before_handle",
        "inbox.before_commit",
        "inbox.after_rollback",
        "consumer.before_offsets",
        "consumer.after_offsets",
        "retry.before_commit",
        "retry.after_commit",
        "failure.before_commit",
        "failure.after_commit",
        "chore.after_commit",
    )

    def ready(self) -> None:
        faults.armed = faults.parse_fault(configuration().fault)
