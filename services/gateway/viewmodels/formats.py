"""Money, moments and durations in the reader's language."""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.gateway.dtos import Money

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
SIGNS = {"RUB": "₽"}


def money(value: Money) -> str:
    """`1 290,00 ₽` in Russian, `₽1,290.00` in English; whole arithmetic, no floats."""
    units, hundredths = divmod(abs(value.amount), 100)
    minus = MINUS if value.amount < 0 else ""
    sign = SIGNS.get(value.currency, value.currency)
    if get_language() == "ru":
        return f"{minus}{units:,},{hundredths:02}".replace(",", NBSP, f"{units:,}".count(",")) + NBSP + sign
    return f"{minus}{sign}{units:,}.{hundredths:02}"


def signed_money(value: Money) -> str:
    """Money that came in or went out, with its sign always shown."""
    return money(value) if value.amount < 0 else f"+{money(value)}"


def typed_amount(amount: int) -> str:
    """Minor units as a person types them into a field: `1290,50` or `1290.50`."""
    units, hundredths = divmod(amount, 100)
    return f"{units}{',' if get_language() == 'ru' else '.'}{hundredths:02}"


def moment(value: datetime) -> str:
    """Date and time, in words of the language; the shop's clock is UTC and says so."""
    return _("%(date)s at %(time)s UTC") % {"date": date_format(value, "DATE_FORMAT"), "time": f"{value:%H:%M}"}


def clock(value: datetime) -> str:
    """The time of day to the millisecond."""
    return f"{value:%H:%M:%S}.{value.microsecond // 1000:03}"


def exact(value: datetime) -> str:
    """Date and time to the millisecond, in UTC."""
    return f"{value:%Y-%m-%d} {clock(value)}"


def tenths(value: float) -> str:
    """With one digit behind the language's own point."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if get_language() == "ru" else text


def duration(value: timedelta) -> str:
    """Milliseconds below a second, then seconds, then minutes."""
    milliseconds = round(value / timedelta(milliseconds=1))
    if milliseconds < 1000:
        return _("%(number)d ms") % {"number": milliseconds}
    if milliseconds < 60_000:
        return _("%(number)s s") % {"number": tenths(milliseconds / 1000)}
    return _("%(number)d min") % {"number": milliseconds // 60_000}
