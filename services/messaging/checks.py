"""What `manage.py check` says of the settings, before any message is lost to a mistake in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from .conf import ANY, Configuration, configuration
from .handlers import handlers, upcasts
from .keys import PrivateKey, PublicKey
from .message import Handlers, Upcast
from .receiving.policy import RetryPolicy

HTTP = ("http://", "https://")
POLICY_NAMES = frozenset(each.name for each in fields(RetryPolicy))


def check_settings(app_configs: Iterable[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """One error for each thing that is wrong with `MESSAGING` and with the handlers."""
    try:
        conf, known, steps = configuration(), handlers(), upcasts()
        told = [f"MESSAGING {each}" for each in [*wrong(conf), *wrong_feeds(conf), *wrong_policies(conf, known)]]
    except ImproperlyConfigured as error:
        return [Error(str(error), id="messaging.E001")]
    return [
        *(Error(each, id="messaging.E002") for each in told),
        *(Error(each, id="messaging.E003") for each in wrong_steps(known, steps)),
    ]


def wrong(conf: Configuration) -> Iterator[str]:
    if not conf.sends and not conf.receives:
        yield "SENDS and RECEIVES name no topic: nothing can be sent or received"
    if isinstance(conf.receives, str):
        yield "RECEIVES is a list of topics, not one"
        return
    for topic in conf.topics:
        yield from wrong_ring(topic, conf.keys.get(topic), signs=topic in conf.topics_sent_to)
    if conf.unhandled not in ("ignore", "keep"):
        yield f'UNHANDLED is "ignore" or "keep", not {conf.unhandled!r}'
    if conf.kafka_profile not in ("kafka", "embedded"):
        yield f'KAFKA_PROFILE is "kafka" or "embedded", not {conf.kafka_profile!r}'


def wrong_ring(topic: str, ring: Any, *, signs: bool) -> Iterator[str]:
    if not ring:
        yield f"KEYS has no key ring for the topic {topic}: {{'{topic}': {{'k1': b'a random secret'}}}}"
    elif not is_ring(ring):
        yield f"KEYS of {topic} must be {{id: secret in bytes, PrivateKey or PublicKey}}, none of them empty"
    elif signs and isinstance(next(iter(ring.values())), PublicKey):
        yield f"KEYS of {topic} begin with a public key, which signs nothing"


def is_ring(ring: Any) -> bool:
    return all(isinstance(name, str) and name and is_key(key) for name, key in ring.items())


def is_key(key: Any) -> bool:
    """Raises `ImproperlyConfigured` for an Ed25519 key that is none."""
    if isinstance(key, PrivateKey | PublicKey):
        return bool(key.raw)
    return isinstance(key, bytes) and bool(key)


def wrong_feeds(conf: Configuration) -> Iterator[str]:
    """Of what is sent alone there is a feed to give, and of what is received one to ask."""
    for topic, readers in conf.readers.items():
        if topic not in conf.topics_sent_to:
            yield f"READERS names {topic}, to which nothing is sent"
        if not all(ring and is_ring(ring) for ring in readers.values()):
            yield f"READERS of {topic} must be {{service: {{id: secret in bytes}}}}, none of them empty"
    for topic, feed in conf.feeds.items():
        if topic not in conf.receives:
            yield f"FEEDS names {topic}, from which nothing is received"
        if feed.keys() != {"url", "keys"} or not feed["url"].startswith(HTTP) or not is_ring(feed["keys"]):
            yield f"FEEDS of {topic} must be {{'url': 'https://…', 'keys': {{id: secret in bytes}}}}"


def wrong_policies(conf: Configuration, known: Iterable[str]) -> Iterator[str]:
    """A policy for a type that nobody handles is a misspelt one."""
    for message_type, policy in conf.retries.items():
        if message_type not in {ANY, *known}:
            yield f"RETRIES names {message_type}, which no handler has"
        if unknown := policy.keys() - POLICY_NAMES:
            yield f"RETRIES of {message_type} does not know {', '.join(sorted(unknown))}"


def wrong_steps(known: Handlers, steps: Mapping[str, Mapping[int, Upcast]]) -> Iterator[str]:
    """Each step from a version to the next must lead on to one that the handler reads."""
    for message_type, version in [(name, version) for name, each in steps.items() for version in each]:
        if message_type not in known:
            yield f"{message_type} has an upcast of version {version}, and no handler"
        elif version in known[message_type].versions:
            yield f"{message_type}: the handler reads version {version} itself, and its upcast is never called"
        elif version + 1 not in {*known[message_type].versions, *steps[message_type]}:
            yield f"{message_type}: the upcast of version {version} leads to {version + 1}, which nobody reads"
