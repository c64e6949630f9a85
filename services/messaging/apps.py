"""The messaging app: a transactional outbox and inbox over Kafka."""

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from . import faults


class MessagingConfig(AppConfig):
    name = __package__
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
    facts = f"{__package__}.operating.facts.FACTS"
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
        from .checks import check_settings

        checks.register(check_settings)
        # Not by `configuration()`: what is wrong in the settings is told by the checks.
        faults.armed = faults.parse_fault(getattr(settings, "MESSAGING", {}).get("FAULT", ""))
