"""Short-lived signed tokens by which one service tells another who is calling.

HS256 JSON Web Tokens, each for one request; each pair of services has keys of its own, named by the issuer (`iss`).
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

LIFETIME_SECONDS = 60
BY_HAND_SECONDS = 15 * 60
LEEWAY_SECONDS = 30  # clocks of two machines may differ by this much


class InvalidToken(Exception):
    """The token is absent, malformed, altered, expired, or for another service."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a user, staff, another service with a scope, or nobody."""

    user_id: uuid.UUID | None = None
    is_staff: bool = False
    scope: str = ""

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def pk(self) -> uuid.UUID | None:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Errand:
    """The one request that a token is for; the path as it is routed, decoded and without its query."""

    method: str
    path: str


def issue(
    *,
    key: str,
    issuer: str,
    audience: str,
    caller: Caller,
    errand: Errand | None,
    lifetime_seconds: int = LIFETIME_SECONDS,
) -> str:
    """A token that lets `audience` act for `caller` until it expires; without an errand it is one to use by hand."""
    now = int(time.time())
    claims: dict[str, Any] = {"iss": issuer, "aud": audience, "iat": now, "exp": now + lifetime_seconds}
    claims |= {"staff": caller.is_staff, "scope": caller.scope}
    if errand is not None:
        claims |= {"method": errand.method, "path": errand.path}
    if caller.user_id is not None:
        claims["sub"] = str(caller.user_id)
    return jwt.encode(claims, key, algorithm="HS256")


def verify(
    token: str, *, keys: Mapping[str, Sequence[str]], audience: str, errand: Errand, by_hand: bool = False
) -> Caller:
    """The caller that a valid token names; raises `InvalidToken` for any other.

    `keys` are by issuer, and all of an issuer's are accepted, so that a key can be rotated. Valid is a token for this
    errand that was made for a minute at most, and with `by_hand` one for any errand and for a quarter of an hour.
    """
    try:
        issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
        claims = _decode(token, keys[issuer], audience)
        subject = uuid.UUID(claims["sub"]) if "sub" in claims else None
        lifetime = int(claims["exp"]) - int(claims["iat"])
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from error
    is_by_hand = by_hand and "method" not in claims and "path" not in claims
    if not is_by_hand and (claims.get("method"), claims.get("path")) != (errand.method, errand.path):
        raise InvalidToken("another errand")
    if lifetime > (BY_HAND_SECONDS if is_by_hand else LIFETIME_SECONDS):
        raise InvalidToken("too long a life")
    scope = str(claims.get("scope", ""))
    if issuer != "gateway":  # another service reads for itself; it never speaks for a user
        return Caller(scope=scope)
    return Caller(user_id=subject, is_staff=claims.get("staff") is True, scope=scope)


def _decode(token: str, keys: Sequence[str], audience: str) -> dict[str, Any]:
    """The claims, by the first key that made the signature; raises what `jwt.decode` raises."""
    for key in keys:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["HS256"],
                audience=audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud", "iss"]},
            )
        except jwt.InvalidSignatureError:
            continue
    raise jwt.InvalidSignatureError
