"""Message signatures: only who holds the topic's key can make a service move money.

`v2;<key id>;<hex digits>` over topic, key, attempt and value, each behind its length, so that no two different
quadruples give the same input: an HMAC-SHA256 where the key is a shared secret, else an Ed25519 signature. Our own key
says which, never the message. What is not signed (every other header) is a hint, and never believed.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache

from .keys import PrivateKey, PublicKey

VERSION = "v2"
ED25519 = re.compile("[0-9a-f]{128}")

Key = bytes | PrivateKey | PublicKey
KeyRing = Mapping[str, Key]


class BadSignature(Exception):
    """The signature is absent, malformed, by an unknown key, or not of these bytes."""


def sign(*, topic: str, key: bytes, attempt: bytes, value: bytes, keys: KeyRing) -> str:
    """The signature header, by the first of the keys. Raises `TypeError` where that one only checks."""
    key_id, first = next(iter(keys.items()))
    signed = _signed(topic.encode(), key, attempt, value)
    if isinstance(first, bytes):
        return f"{VERSION};{key_id};{_hmac(first, signed)}"
    if isinstance(first, PublicKey):
        raise TypeError(f"the key {key_id} of {topic} is public, and signs nothing")
    return f"{VERSION};{key_id};{first.sign(signed).hex()}"


def verify(signature: str, *, topic: str, key: bytes, attempt: bytes, value: bytes, keys: KeyRing) -> None:
    """Return if one of the keys made the signature; raise `BadSignature` otherwise."""
    version, _, rest = signature.partition(";")
    key_id, _, digest = rest.partition(";")
    if version != VERSION or key_id not in keys:
        raise BadSignature("unknown key or version")
    known, signed = keys[key_id], _signed(topic.encode(), key, attempt, value)
    if isinstance(known, bytes):
        is_genuine = hmac.compare_digest(_hmac(known, signed).encode(), digest.encode())
    else:
        is_genuine = bool(ED25519.fullmatch(digest)) and known.verifies(bytes.fromhex(digest), signed)
    if not is_genuine:
        raise BadSignature("the bytes are not those that were signed")


def _signed(topic: bytes, key: bytes, attempt: bytes, value: bytes) -> bytes:
    parts = (len(topic), topic, len(key), key, len(attempt), attempt, len(value), value)
    return b"%d:%b%d:%b%d:%b%d:%b" % parts


def _hmac(secret: bytes, signed: bytes) -> str:
    mac = _keyed(secret).copy()
    mac.update(signed)
    return mac.hexdigest()


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> hmac.HMAC:
    """Ready for a message. `hmac.digest` lets other threads run at each call, which costs more than the digest."""
    return hmac.new(secret, digestmod=hashlib.sha256)
