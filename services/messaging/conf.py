"""The settings of messaging: `MESSAGING = {…}` in the project's settings, by these names in capitals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Any, TypedDict

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from .signature import KeyRing

# Of all message types that are not named themselves.
ANY = "*"


class Feed(TypedDict):
    """Where a topic's feed is, and the reader's own keys towards it."""

    url: str
    keys: KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Who this service is, what it trusts, and what may be tuned.

    A key ring is `{id: key}`: its first key signs, all of them are accepted, so that a key can be rotated.
    """

    service: str  # the consumer group, and the name towards Kafka
    source: str = ""  # the CloudEvents source of every message; urn:service:<service> where it is not said
    sends: Mapping[str, str] = field(default_factory=dict)  # {message type or "*": topic}
    receives: Sequence[str] = ()  # topics
    keys: Mapping[str, KeyRing] = field(default_factory=dict)  # {topic: who may send there}
    unhandled: str = "ignore"  # what becomes of a genuine message without a handler; "keep": a dead letter
    chores: Mapping[str, int] = field(default_factory=dict)  # {dotted path: every so many seconds}, beside our own
    readers: Mapping[str, Mapping[str, KeyRing]] = field(default_factory=dict)  # {topic: {who may ask for its feed: …}}
    feeds: Mapping[str, Feed] = field(default_factory=dict)  # {topic: where its sender tells what was sent}

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_profile: str = "kafka"  # or "embedded": see kafka/config.py
    kafka_security: Mapping[str, str] = field(default_factory=dict)  # handed to librdkafka as it is
    topic_partitions: int = 12
    topic_replication_factor: int = 1
    topic_min_insync_replicas: int = 1
    topic_retention_ms: int = 7 * 24 * 3600 * 1000

    # {message type or "*": the names of receiving/policy.RetryPolicy}
    retries: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    relay_batch_size: int = 500
    consumer_batch_size: int = 500

    # Messages are for inspection only once they are sent or processed; what must last for ever is in business tables.
    prune_sent_after_days: int = 7
    prune_processed_after_days: int = 30
    prune_dismissed_after_days: int = 30  # only the bytes of a dismissed dead letter
    prune_forged_after_days: int = 30  # dead letters without a valid signature
    prune_forged_beyond_bytes: int = 100 * 1024 * 1024  # or the oldest of them, where all are larger
    prune_step: int = 1000

    probe_host: str = "127.0.0.1"  # where a worker's probe listens; containers set 0.0.0.0
    allow_unsafe_database: bool = False  # a throw-away server of tests may save its disk; nothing else may
    fault: str = ""  # see faults.py

    def topic_of(self, message_type: str) -> str | None:
        """Where messages of this type are sent; None where nothing says it."""
        return self.sends.get(message_type) or self.sends.get(ANY)

    @property
    def topics_sent_to(self) -> list[str]:
        """Each once."""
        return sorted(set(self.sends.values()))

    @property
    def topics(self) -> list[str]:
        """All that it sends to or receives from, each once."""
        return sorted({*self.sends.values(), *self.receives})


REQUIRED = frozenset(
    each.name for each in fields(Configuration) if each.default is MISSING and each.default_factory is MISSING
)


@cache
def configuration() -> Configuration:
    """What the project has set; read once. Raises `ImproperlyConfigured` for a name that is missing or not known."""
    given = {name.lower(): value for name, value in getattr(settings, "MESSAGING", {}).items()}
    unknown = given.keys() - {each.name for each in fields(Configuration)}
    if unknown or (missing := REQUIRED - given.keys()):
        wrong = f"does not know {upper(unknown)}" if unknown else f"lacks {upper(missing)}"
        raise ImproperlyConfigured(f"MESSAGING {wrong}")
    return Configuration(**{"source": f"urn:service:{given['service']}", **given})


def upper(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.upper() for name in names))


@receiver(setting_changed)
def _forget(*, setting: str, **_: Any) -> None:
    if setting == "MESSAGING":
        configuration.cache_clear()
