"""Ed25519 keys: who only reads a topic can check its messages, and make none.

RFC 8032, by the library `cryptography` (the extra `ed25519`). A shared secret, which is bytes, does both on both sides.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

RAW = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64 without its padding


@dataclass(frozen=True)
class PublicKey:
    """Checks what the private key of its pair has signed."""

    text: str

    @property
    def raw(self) -> bytes:
        """Its 32 bytes; raises `ImproperlyConfigured` where the text is no key."""
        return raw(self.text)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether it is the pair's signature of this message."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> "Ed25519PublicKey":
        key: Ed25519PublicKey = ed25519().Ed25519PublicKey.from_public_bytes(self.raw)
        return key


@dataclass(frozen=True)
class PrivateKey:
    """Signs, and checks what it has signed. Its text is a secret."""

    text: str = field(repr=False)

    @property
    def raw(self) -> bytes:
        """Its 32 bytes; raises `ImproperlyConfigured` where the text is no key."""
        return raw(self.text)

    @classmethod
    def generate(cls) -> "PrivateKey":
        """At random."""
        return cls(as_text(ed25519().Ed25519PrivateKey.generate().private_bytes_raw()))

    @cached_property
    def public(self) -> PublicKey:
        """What readers get."""
        return PublicKey(as_text(self._key.public_key().public_bytes_raw()))

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message."""
        return self._key.sign(message)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """As its public key does."""
        return self.public.verifies(signature, message)

    @cached_property
    def _key(self) -> "Ed25519PrivateKey":
        key: Ed25519PrivateKey = ed25519().Ed25519PrivateKey.from_private_bytes(self.raw)
        return key


def ed25519() -> Any:
    """The library's module; raises `ImproperlyConfigured` where it is not installed."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise ImproperlyConfigured(
            "Ed25519 keys need the library cryptography: pip install 'django-exactly-once[ed25519]'"
        ) from None
    return ed25519


def raw(text: str) -> bytes:
    """The 32 bytes; raises `ImproperlyConfigured`, without the text, for anything else."""
    if not RAW.fullmatch(text):
        raise ImproperlyConfigured("an Ed25519 key is 43 characters of base64url; `make_signing_key` makes a pair")
    return urlsafe_b64decode(f"{text}=")


def as_text(key: bytes) -> str:
    return urlsafe_b64encode(key).decode().rstrip("=")
