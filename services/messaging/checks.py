"""What `manage.py check` says of the settings, before any message is lost to a mistake in them."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from .conf import ANY, Configuration, configuration
from .handlers import handlers
from .receiving.policy import RetryPolicy

POLICY_NAMES = frozenset(each.name for each in fields(RetryPolicy))


def check_settings(app_configs: Iterable[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """One error for each thing that is wrong with `MESSAGING` and with the handlers."""
    try:
        conf, known = configuration(), handlers()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="messaging.E001")]
    return [Error(f"MESSAGING {told}", id="messaging.E002") for told in [*wrong(conf), *wrong_policies(conf, known)]]


def wrong(conf: Configuration) -> Iterator[str]:
    if not conf.sends and not conf.receives:
        yield "SENDS and RECEIVES name no topic: nothing can be sent or received"
    if isinstance(conf.receives, str):
        yield "RECEIVES is a list of topics, not one"
        return
    for topic in conf.topics:
        yield from wrong_ring(topic, conf.keys.get(topic))
    if conf.unhandled not in ("ignore", "keep"):
        yield f'UNHANDLED is "ignore" or "keep", not {conf.unhandled!r}'
    if conf.kafka_profile not in ("kafka", "embedded"):
        yield f'KAFKA_PROFILE is "kafka" or "embedded", not {conf.kafka_profile!r}'


def wrong_ring(topic: str, ring: Any) -> Iterator[str]:
    if not ring:
        yield f"KEYS has no key ring for the topic {topic}: {{'{topic}': {{'k1': b'a random secret'}}}}"
    elif not all(isinstance(name, str) and isinstance(key, bytes) and name and key for name, key in ring.items()):
        yield f"KEYS of {topic} must be {{id: secret in bytes}}, none of them empty"


def wrong_policies(conf: Configuration, known: Iterable[str]) -> Iterator[str]:
    """A policy for a type that nobody handles is a misspelt one."""
    for message_type, policy in conf.retries.items():
        if message_type not in {ANY, *known}:
            yield f"RETRIES names {message_type}, which no handler has"
        if unknown := policy.keys() - POLICY_NAMES:
            yield f"RETRIES of {message_type} does not know {', '.join(sorted(unknown))}"
