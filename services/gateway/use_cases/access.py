"""Where a user is signed in: sessions of browsers and tokens of programs; each can be ended, and all together."""

import hashlib
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from django.contrib.auth import password_validation
from django.utils import timezone
from knox.models import AuthToken

from services.gateway.dtos import ApiToken, SignedIn
from services.gateway.models import Session, User

SINCE, AGENT = "signed_in_at", "signed_in_by"
LONGEST_AGENT = 200
MOST_SHOWN = 100


def remember_browser(session: MutableMapping[str, Any], agent: str) -> None:
    """Keep in the session what its user will know it by in the list."""
    session[SINCE] = timezone.now().isoformat()
    session[AGENT] = agent[:LONGEST_AGENT]


def sessions_of(user: User, *, current: str | None) -> list[SignedIn]:
    """The last hundred of the user's sessions that are not over, the one with the key `current` first."""
    rows = user.sessions.filter(expire_date__gt=timezone.now()).order_by("-expire_date")[:MOST_SHOWN]
    found = [signed_in(row, is_current=row.session_key == current) for row in rows]
    return sorted(found, key=lambda each: not each.is_current)


def signed_in(row: Session, *, is_current: bool) -> SignedIn:
    kept = row.get_decoded()
    since = datetime.fromisoformat(kept[SINCE]) if SINCE in kept else None
    return SignedIn(handle_of(row), since, kept.get(AGENT, ""), is_current)


def handle_of(row: Session) -> str:
    """What names a session on a page; it opens nothing, unlike the session's key."""
    return hashlib.sha256(row.session_key.encode()).hexdigest()[:32]


def end_session(user: User, handle: str) -> bool:
    """End the user's session; returns whether there was such a one."""
    found = [row for row in user.sessions.all() if handle_of(row) == handle]
    for row in found:
        row.delete()
    return bool(found)


def tokens_of(user: User) -> list[ApiToken]:
    """The last hundred of the user's tokens that are not over, newest first."""
    rows = AuthToken.objects.filter(user=user, expiry__gt=timezone.now()).order_by("-created")[:MOST_SHOWN]
    return [ApiToken(row.token_key, row.created, row.expiry) for row in rows]


def revoke_token(user: User, handle: str) -> bool:
    """End the user's token; returns whether there was such a one."""
    deleted, _ = AuthToken.objects.filter(user=user, token_key=handle).delete()
    return bool(deleted)


def change_password(user: User, password: str) -> None:
    """Give the user another password, which ends every session and token; raises `ValidationError` for a weak one."""
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
