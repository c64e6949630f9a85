"""Message signatures: only who holds the topic's key can make a service move money.

`v2;<key id>;<hex HMAC-SHA256>` over topic, key, attempt and value, each behind its length, so that no two different
quadruples give the same input. What is not signed (every other header) is a hint, and never believed.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache

VERSION = "v2"


class BadSignature(Exception):
    """The signature is absent, malformed, by an unknown key, or not of these bytes."""


def sign(*, topic: str, key: bytes, attempt: bytes, value: bytes, keys: Mapping[str, bytes]) -> str:
    """The signature header, by the first of the keys."""
    key_id, secret = next(iter(keys.items()))
    return f"{VERSION};{key_id};{_digest(secret, topic.encode(), key, attempt, value)}"


def verify(signature: str, *, topic: str, key: bytes, attempt: bytes, value: bytes, keys: Mapping[str, bytes]) -> None:
    """Return if one of the keys made the signature; raise `BadSignature` otherwise."""
    version, _, rest = signature.partition(";")
    key_id, _, digest = rest.partition(";")
    if version != VERSION or key_id not in keys:
        raise BadSignature("unknown key or version")
    expected = _digest(keys[key_id], topic.encode(), key, attempt, value)
    if not hmac.compare_digest(expected.encode(), digest.encode()):
        raise BadSignature("the bytes are not those that were signed")


def _digest(secret: bytes, topic: bytes, key: bytes, attempt: bytes, value: bytes) -> str:
    parts = (len(topic), topic, len(key), key, len(attempt), attempt, len(value), value)
    mac = _keyed(secret).copy()
    mac.update(b"%d:%b%d:%b%d:%b%d:%b" % parts)
    return mac.hexdigest()


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> hmac.HMAC:
    """Ready for a message. `hmac.digest` lets other threads run at each call, which costs more than the digest."""
    return hmac.new(secret, digestmod=hashlib.sha256)
