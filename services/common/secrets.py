"""Makes the shop's secrets: each is written once, at random, readable by its owner alone; present ones stay.

`make run` and the tests keep them all in one folder; `python -m services.common.secrets FOLDER`, the one-shot job of
the containers, gives each service those that it needs.
"""

import hashlib
import secrets
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from services.registry import SERVICES

MINIMUM_LENGTH = 50
# What 32 random bytes cannot be compressed below, written in hexadecimal or base64 (seen: 49 of 3,000 each).
MINIMUM_CONTENT = 45


def token_keys() -> dict[str, tuple[str, ...]]:
    """One key a direction: a service that is broken into cannot speak as another."""
    calls = [(service.name, other) for service in SERVICES.values() for other in service.calls]
    return {f"{caller.upper()}_TO_{other.upper()}_TOKEN_KEY": (caller, other) for caller, other in calls}


def signing_keys() -> dict[str, tuple[str, ...]]:
    """One key ring a topic, for those that send to it or receive from it."""
    holders: dict[str, tuple[str, ...]] = {}
    for service in SERVICES.values():
        for topic in filter(None, (service.sends_to, service.receives_from)):
            name = f"{topic.upper()}_SIGNING_KEYS"
            holders[name] = (*holders.get(name, ()), service.name)
    return holders


# Who holds what.
HOLDERS = {f"{name.upper()}_SECRET_KEY": (name,) for name in SERVICES} | token_keys() | signing_keys()
# For URLs that name no password.
DATABASE_PASSWORDS = {f"{name.upper()}_DATABASE_PASSWORD": (name,) for name in SERVICES}


def make_secrets(folder: Path) -> None:
    """Write every secret that `folder` lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HOLDERS:
        if not (path := folder / name).exists():
            write(path, new_secret(name))


def share_secrets(folder: Path, given: Mapping[str, str]) -> None:
    """Give each service its secrets, in a folder of its own below `folder`: a given value wins over the one there."""
    for name, services in {**HOLDERS, **DATABASE_PASSWORDS}.items():
        paths = [folder / service / name for service in services]
        kept = (path.read_text() for path in paths if path.exists())
        value = given.get(name) or next(kept, "") or new_secret(name)
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, value)


def new_secret(name: str) -> str:
    """At random; signing keys stand behind an id, so that they can be rotated."""
    value = secrets.token_urlsafe(48)
    return f"k1:{value}" if name.endswith("SIGNING_KEYS") else value


def write(path: Path, value: str) -> None:
    path.touch(mode=0o600)
    path.write_text(value)


_claimed: dict[bytes, str] = {}  # digests of this process's secrets, by what they are for


def check(name: str, value: str) -> None:
    """Raise `ImproperlyConfigured`, without the value, where it may be known or serves another purpose, too."""
    if is_known(value):
        raise ImproperlyConfigured(f"{name} must hold at least 50 random characters outside the embedded mode")
    if (other := _claimed.setdefault(hashlib.sha256(value.encode()).digest(), name)) != name:
        raise ImproperlyConfigured(f"{name} must differ from {other}: one secret is for one purpose")


def is_known(value: str) -> bool:
    """Whether a secret is too short or too regular to have been made at random, or says that it is an example."""
    return (
        len(value) < MINIMUM_LENGTH
        or len(zlib.compress(value.encode(), 9)) < MINIMUM_CONTENT
        or any(word in value.lower() for word in ("insecure", "change-me", "example"))
    )


if __name__ == "__main__":
    from services.common import env

    share_secrets(Path(sys.argv[1]), env.values())
