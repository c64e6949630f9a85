"""Short-lived signed tokens by which one service tells another who is calling.

HS256 JSON Web Tokens; each pair of services has a key of its own, named by the issuer (`iss`).
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt

LIFETIME_SECONDS = 60
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


def issue(*, key: str, issuer: str, audience: str, caller: Caller, lifetime_seconds: int = LIFETIME_SECONDS) -> str:
    """A token that lets `audience` act for `caller` until it expires."""
    now = int(time.time())
    claims: dict[str, Any] = {"iss": issuer, "aud": audience, "iat": now, "exp": now + lifetime_seconds}
    claims |= {"staff": caller.is_staff, "scope": caller.scope, "jti": uuid.uuid4().hex}
    if caller.user_id is not None:
        claims["sub"] = str(caller.user_id)
    return jwt.encode(claims, key, algorithm="HS256")


def verify(token: str, *, keys: dict[str, str], audience: str) -> Caller:
    """The caller a valid token names; raises `InvalidToken` for any other. `keys` are by issuer."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        claims = jwt.decode(
            token,
            keys[str(issuer)],
            algorithms=["HS256"],
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss"]},
        )
        subject = uuid.UUID(claims["sub"]) if "sub" in claims else None
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from error
    scope = str(claims.get("scope", ""))
    if issuer != "gateway":  # another service reads for itself; it never speaks for a user
        return Caller(scope=scope)
    return Caller(user_id=subject, is_staff=claims.get("staff") is True, scope=scope)
