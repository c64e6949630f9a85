"""The services' facts in the reader's language."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.staff_dtos import Reading
from services.gateway.viewmodels.formats import duration


def service_label(service: str) -> str:
    labels = {"orders": _("Orders"), "payments": _("Payments")}
    return labels[service]


def fact_label(reading: Reading) -> str:
    """What the fact is about; of one that a later version adds, in its service's own words."""
    labels = {
        "oldest_unsent_seconds": _("Oldest unsent message"),
        "oldest_unprocessed_seconds": _("Oldest unhandled message"),
        "pending_deliveries": _("Messages to send"),
        "pending_messages": _("Messages to handle"),
        "dead_letters": _("Dead letters"),
        "feed_behind_seconds": _("Since feeds were compared"),
        "messages_lost_by_kafka_total": _("Messages that only feeds brought"),
        "relay_has_leader": _("Relay leads"),
        "chores_have_leader": _("Chores are done"),
        "delayed_orders": _("Delayed orders"),
        "audit_exceptions": _("Exceptions of the last audit"),
    }
    return labels.get(reading.name, reading.help)


def advice_of(reading: Reading) -> str:
    """The first thing to do about it."""
    advice = {
        "oldest_unsent_seconds": _("See whether relay_outbox runs and the broker answers; its log names the topic."),
        "oldest_unprocessed_seconds": _(
            "See whether consume_inbox runs; an order's story says what its handler raised."
        ),
        "dead_letters": _("Open the failures: mend the cause and replay them, or dismiss them with a note."),
        "feed_behind_seconds": _(
            "See whether run_chores runs and the sender's feed answers; its log says feed_failed."
        ),
        "relay_has_leader": _("Start relay_outbox: without it nothing is sent."),
        "chores_have_leader": _("Start run_chores: without it no lost task is sent again."),
        "delayed_orders": _("Payments, or a way to them, is down. Orders sends the tasks again by itself."),
        "audit_exceptions": _("Each exception below says what puts it right."),
    }
    return advice.get(reading.name, reading.advice)


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact, its value as people read it, and whether it is out of bounds."""

    label: str
    value: str
    state: str

    @classmethod
    def of(cls, reading: Reading) -> Self:
        return cls(fact_label(reading), value_of(reading), "bad" if reading.degraded else "good")


def value_of(reading: Reading) -> str:
    if reading.value is None:
        return _("not known")
    if not reading.unit:
        return _("yes") if reading.value else _("no")
    if reading.unit == "seconds":
        return duration(timedelta(seconds=reading.value))
    return f"{reading.value:.0f}"
