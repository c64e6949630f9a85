"""Message signatures: only who holds the topic's key can make a service move money.

`v1;<key id>;<hex HMAC-SHA256>` over topic, key and value, joined by NUL bytes (no topic or key contains one, so no two
different triples give the same input).
"""

import hashlib
import hmac
from collections.abc import Mapping

VERSION = "v1"


class BadSignature(Exception):
    """The signature is absent, malformed, by an unknown key, or not of these bytes."""


def sign(*, topic: str, key: bytes, value: bytes, keys: Mapping[str, bytes]) -> str:
    """The signature header, by the first of the keys."""
    key_id, secret = next(iter(keys.items()))
    return f"{VERSION};{key_id};{_digest(secret, topic, key, value)}"


def verify(signature: str, *, topic: str, key: bytes, value: bytes, keys: Mapping[str, bytes]) -> None:
    """Return if one of the keys made the signature; raise `BadSignature` otherwise."""
    version, _, rest = signature.partition(";")
    key_id, _, digest = rest.partition(";")
    if version != VERSION or key_id not in keys:
        raise BadSignature("unknown key or version")
    expected = _digest(keys[key_id], topic, key, value)
    if not hmac.compare_digest(expected.encode(), digest.encode()):
        raise BadSignature("the bytes are not those that were signed")


def _digest(secret: bytes, topic: str, key: bytes, value: bytes) -> str:
    return hmac.new(secret, b"\0".join([topic.encode(), key, value]), hashlib.sha256).hexdigest()
