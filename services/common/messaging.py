"""What the environment says of messaging's settings; what it does not say keeps messaging's own default."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from services.common import env
from services.common.secrets import check
from services.messaging.keys import PrivateKey, PublicKey
from services.messaging.signature import Key

NUMBERS = (
    "TOPIC_PARTITIONS",
    "TOPIC_REPLICATION_FACTOR",
    "TOPIC_MIN_INSYNC_REPLICAS",
    "TOPIC_RETENTION_MS",
    "RELAY_BATCH_SIZE",
    "CONSUMER_BATCH_SIZE",
    "PRUNE_SENT_AFTER_DAYS",
    "PRUNE_PROCESSED_AFTER_DAYS",
    "PRUNE_DISMISSED_AFTER_DAYS",
    "PRUNE_FORGED_AFTER_DAYS",
    "PRUNE_FORGED_BEYOND_BYTES",
    "PRUNE_STEP",
)
TEXTS = ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_PROFILE", "PROBE_HOST")
# TLS and SASL, handed to librdkafka as they are; unset means plain text.
SECURITY = {
    "KAFKA_SECURITY_PROTOCOL": "security.protocol",
    "KAFKA_SASL_MECHANISM": "sasl.mechanism",
    "KAFKA_SASL_USERNAME": "sasl.username",
    "KAFKA_SASL_PASSWORD": "sasl.password",
    "KAFKA_SSL_CA": "ssl.ca.location",
    "KAFKA_SSL_CERTIFICATE": "ssl.certificate.location",
    "KAFKA_SSL_KEY": "ssl.key.location",
}
VARIABLES = frozenset({*NUMBERS, *TEXTS, *SECURITY})
OUTBOX_TOPIC = env.text("OUTBOX_TOPIC", "outbox")
INBOX_TOPIC = env.text("INBOX_TOPIC", "inbox")


def from_environment(service: str) -> dict[str, Any]:
    """The settings that both sides of a topic share; a project adds what it sends, receives and does by itself."""
    found = env.values()
    return {
        "SERVICE": service,
        "SOURCE": f"urn:shop:{service}",
        **{name: env.integer(name, 0) for name in NUMBERS if name in found},
        **{name: env.text(name) for name in TEXTS if name in found},
        "KAFKA_SECURITY": {name: env.text(variable) for variable, name in SECURITY.items() if variable in found},
        # The tests' throw-away server saves its disk; nothing else may.
        "ALLOW_UNSAFE_DATABASE": env.flag("EMBEDDED") and env.flag("ALLOW_UNSAFE_DATABASE"),
        "FAULT": fault(),
    }


def fault() -> str:
    """The fault point that a test arms; raises `ImproperlyConfigured` in production."""
    wanted = env.text("FAULT", "")
    if wanted and not env.flag("EMBEDDED"):
        raise ImproperlyConfigured("FAULT kills processes: it is for tests of the embedded shop alone")
    return wanted


def key_rings() -> dict[str, dict[str, Key]]:
    """Who may send, by topic. Raises `ImproperlyConfigured` as `signing_keys` does."""
    return {OUTBOX_TOPIC: signing_keys("OUTBOX_SIGNING_KEYS"), INBOX_TOPIC: signing_keys("INBOX_SIGNING_KEYS")}


def readers(name: str) -> dict[str, dict[str, Key]]:
    """Who else may ask for a topic's feed: `service:id:key,service:id:key`, by service; nobody where it is unset.

    Raises `ImproperlyConfigured` as `signing_keys` does.
    """
    rings: dict[str, dict[str, Key]] = {}
    for entry in filter(None, env.secret(name, "").split(",")):
        service, _, pair = entry.strip().partition(":")
        ring = rings.setdefault(service, {})
        found = key_ring(f"{name} of {service}", pair)
        if not service or found.keys() & ring.keys():
            raise ImproperlyConfigured(f"{name} must look like service:id:key,service:id:key, each id once")
        ring |= found
    return rings


def signing_keys(name: str) -> dict[str, Key]:
    """`id:key,id:key` by id; the first signs, all are accepted, so that a key can be rotated.

    A key is a shared secret, or `private.…` or `public.…` of a pair that `make_signing_key` made. Raises
    `ImproperlyConfigured` for what does not look like this, and in production as `secrets.check` does.
    """
    return key_ring(name, env.secret(name))


def key_ring(name: str, text: str) -> dict[str, Key]:
    pairs = [pair.partition(":") for pair in text.split(",")]
    keys = {key_id.strip(): key.strip() for key_id, _, key in pairs}
    if len(keys) < len(pairs) or not all(keys) or not all(keys.values()):
        raise ImproperlyConfigured(f"{name} must look like id:key,id:key, each id once")
    if not env.flag("EMBEDDED"):
        for key_id, key in keys.items():
            check(f"{key_id} of {name}", key)
    return {key_id: key_from(key) for key_id, key in keys.items()}


def key_from(text: str) -> Key:
    kind, _, rest = text.partition(".")
    pairs: dict[str, type[PrivateKey | PublicKey]] = {"private": PrivateKey, "public": PublicKey}
    return pairs[kind](rest) if kind in pairs else text.encode()
