"""Service tokens, as the gateway and orders make them."""

import uuid
from typing import Any

from django.conf import settings

from services.common.tokens import Caller, Errand, issue, verify


def service_token(
    user_id: uuid.UUID | None = None,
    *,
    staff: bool = False,
    scope: str = "",
    issuer: str = "gateway",
    **options: Any,
) -> str:
    caller = Caller(user_id=user_id, is_staff=staff, scope=scope)
    given = {
        "key": settings.SERVICE_TOKEN_KEYS[issuer][0],
        "audience": settings.SERVICE_NAME,
        "errand": None,
        **options,
    }
    return issue(issuer=issuer, caller=caller, **given)


def caller_seen(seen: Any, *, key: str, issuer: str = "gateway", audience: str) -> Caller:
    """Whom a request to a stand-in speaks for; raises `InvalidToken` where its token is not for this very request."""
    token = seen.headers["Authorization"].removeprefix("Bearer ")
    return verify(token, keys={issuer: [key]}, audience=audience, errand=Errand(seen.method, f"/api/v1/{seen.path}"))


def bearer(user_id: uuid.UUID | None = None, **options: Any) -> dict[str, str]:
    """The header, for Django's test client."""
    return {"Authorization": f"Bearer {service_token(user_id, **options)}"}


def refused_tokens(user_id: uuid.UUID | None = None) -> dict[str, dict[str, str]]:
    """A header for each way in which a token can be wrong, by its name."""
    user_id = user_id or uuid.uuid4()
    good = service_token(user_id)
    head, claims, signature = good.split(".")
    return {
        "missing": {},
        "empty": {"Authorization": "Bearer "},
        "other scheme": {"Authorization": f"Basic {good}"},
        "no token": {"Authorization": "Bearer nonsense"},
        "expired": bearer(user_id, lifetime_seconds=-3600),
        "altered": {"Authorization": f"Bearer {head}.{claims[:-2]}AA.{signature}"},
        "other key": bearer(user_id, key="k" * 64),
        "other audience": bearer(user_id, audience="gateway"),
        "other errand": bearer(user_id, errand=Errand("POST", "/api/v1/elsewhere")),
        "too long a life": bearer(user_id, lifetime_seconds=3600),
    }
