"""The frame of every page: header, switches, toasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from services.gateway.dtos import Account
from services.gateway.viewmodels.formats import money

LANGUAGES = (("en", "English"), ("ru", "Русский"))
THEMES = ("auto", "dark", "light")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking, as the session knows it."""

    username: str = ""
    is_staff: bool = False
    cart_count: int = 0


@dataclass(frozen=True, slots=True)
class CartLink:
    """The cart in the header, with its badge."""

    badge: str
    label: str

    @classmethod
    def of(cls, count: int) -> Self:
        if not count:
            return cls("", _("Cart, empty"))
        label = ngettext("Cart, %(count)d item", "Cart, %(count)d items", count) % {"count": count}
        return cls(str(count) if count < 100 else "99+", label)


@dataclass(frozen=True, slots=True)
class Toast:
    """A short message that comes and goes."""

    text: str
    state: str
    links_to_cart: bool

    @classmethod
    def of(cls, text: str, tags: str) -> Self:
        words = tags.split()
        return cls(text, "bad" if "error" in words else "good", "cart" in words)


@dataclass(frozen=True, slots=True)
class AdminLink:
    """Where staff run one of the services."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything around a page's own content."""

    language: str
    other_language: str
    other_language_label: str
    other_language_short: str
    theme: str
    next_theme: str
    next_theme_label: str
    username: str
    cart: CartLink
    toasts: tuple[Toast, ...]
    admins: tuple[AdminLink, ...]
    path: str
    search: str

    @classmethod
    def of(
        cls,
        viewer: Viewer,
        *,
        theme: str,
        path: str,
        search: str = "",
        messages: Iterable[tuple[str, str]] = (),
        admins: Mapping[str, str],
    ) -> Self:
        language = "ru" if get_language() == "ru" else "en"
        other, label = next(each for each in LANGUAGES if each[0] != language)
        theme = theme if theme in THEMES else "auto"
        following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
        return cls(
            language=language,
            other_language=other,
            other_language_label=label,
            other_language_short=other.upper(),
            theme=theme,
            next_theme=following,
            next_theme_label=theme_label(following),
            username=viewer.username,
            cart=CartLink.of(viewer.cart_count),
            toasts=tuple(Toast.of(text, tags) for text, tags in messages),
            admins=tuple(AdminLink(admin_label(name), url) for name, url in admins.items()) if viewer.is_staff else (),
            path=path,
            search=search,
        )


def theme_label(theme: str) -> str:
    labels = {"auto": _("Theme: as the device"), "dark": _("Theme: dark"), "light": _("Theme: light")}
    return labels[theme]


def admin_label(service: str) -> str:
    labels = {"gateway": _("Users"), "orders": _("Orders admin"), "payments": _("Payments admin")}
    return labels[service]


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance in the header; `waiting` asks again, because payments do not answer."""

    text: str
    label: str
    waiting: bool

    @classmethod
    def of(cls, account: Account) -> Self:
        text = money(account.balance)
        return cls(text, _("Balance: %(money)s") % {"money": text}, waiting=False)

    @classmethod
    def none(cls) -> Self:
        return cls("", _("Account"), waiting=False)

    @classmethod
    def unavailable(cls) -> Self:
        return cls("…", _("Payments are resting"), waiting=True)
