"""Sign-in and security: the password, the browsers that are signed in, the tokens of programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.forms import BaseForm
from django.utils.translation import gettext as _

from services.gateway.dtos import ApiToken, SignedIn
from services.gateway.viewmodels.formats import moment
from services.gateway.viewmodels.parts import Field, fields_of

SHOWN_OF_A_TOKEN = 8
# The first word that is found names it: browsers name those that they are made from, too.
BROWSERS = ("Firefox", "Edg", "OPR", "YaBrowser", "Chrome", "Safari", "curl")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "YaBrowser": "Yandex Browser", "Mac OS": "macOS"}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in; the one that looks has no button."""

    handle: str
    name: str
    since: str
    is_current: bool
    end_label: str

    @classmethod
    def of(cls, session: SignedIn) -> Self:
        name = browser(session.agent)
        since = moment(session.since) if session.since else ""
        return cls(session.handle, name, since, session.is_current, _("Sign out: %(name)s") % {"name": name})


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of a program, by its first letters."""

    handle: str
    name: str
    since: str
    until: str
    revoke_label: str

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        name = f"{token.handle[:SHOWN_OF_A_TOKEN]}…"
        until = _("until %(moment)s") % {"moment": moment(token.expires)}
        return cls(token.handle, name, moment(token.created), until, _("Revoke: %(name)s") % {"name": name})


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything that lets somebody in as this user."""

    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]

    @classmethod
    def of(cls, sessions: Sequence[SignedIn], tokens: Sequence[ApiToken]) -> Self:
        return cls(tuple(map(SessionRow.of, sessions)), tuple(map(TokenRow.of, tokens)))


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """The keys, and the form for another password."""

    title: str
    description: str
    fields: tuple[Field, ...]
    keys: Keys

    @classmethod
    def of(cls, form: BaseForm, keys: Keys) -> Self:
        description = _("Your password, and where you are signed in.")
        return cls(_("Sign-in and security"), description, fields_of(form), keys)


def browser(agent: str) -> str:
    """The browser and the system that a `User-Agent` header names, as far as they are known."""
    found = [next((word for word in words if word in agent), "") for words in (BROWSERS, SYSTEMS)]
    return ", ".join(NAMES.get(word, word) for word in found if word) or _("Unknown browser")


def wrong_password() -> str:
    return _("That is not your password.")


def password_changed() -> str:
    return _("Your password is changed. Every other browser and every program is signed out.")


def session_ended() -> str:
    return _("That browser is signed out.")


def token_revoked() -> str:
    return _("That token is no longer valid.")


def signed_out_everywhere() -> str:
    return _("You are signed out everywhere.")
