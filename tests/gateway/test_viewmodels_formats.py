"""How money, moments and durations are printed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from services.gateway.dtos import Money
from services.gateway.viewmodels.formats import duration, moment, money, signed_money, typed_amount

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "amount", "printed"),
    [
        ("ru", 129000, f"1{NBSP}290,00{NBSP}₽"),
        ("ru", 5, f"0,05{NBSP}₽"),
        ("ru", 99999999900000, f"999{NBSP}999{NBSP}999{NBSP}000,00{NBSP}₽"),
        ("ru", -129050, f"−1{NBSP}290,50{NBSP}₽"),
        ("en", 129000, "₽1,290.00"),
        ("en", 100000001, "₽1,000,000.01"),
        ("en", -5, "−₽0.05"),
    ],
)
def test_money_is_printed_as_the_language_does(language, amount, printed):
    with translation.override(language):
        assert money(Money(amount, "RUB")) == printed


def test_money_of_another_currency_names_it():
    with translation.override("en"):
        assert money(Money(100, "USD")) == "USD1.00"


@pytest.mark.parametrize(("amount", "printed"), [(100, "+₽1.00"), (-100, "−₽1.00")])
def test_signed_money_always_has_a_sign(amount, printed):
    with translation.override("en"):
        assert signed_money(Money(amount, "RUB")) == printed


@pytest.mark.parametrize(("language", "printed"), [("ru", "1290,05"), ("en", "1290.05")])
def test_typed_amount_has_the_languages_comma(language, printed):
    with translation.override(language):
        assert typed_amount(129005) == printed


@pytest.mark.parametrize(
    ("language", "printed"), [("ru", "2 марта 2026 г., 09:05 UTC"), ("en", "March 2, 2026 at 09:05 UTC")]
)
def test_moment_is_in_words_and_names_its_clock(language, printed):
    with translation.override(language):
        assert moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == printed


@pytest.mark.parametrize(
    ("milliseconds", "printed"),
    [(0, "0 ms"), (12.4, "12 ms"), (999, "999 ms"), (1500, "1.5 s"), (61_000, "1 min")],
)
def test_duration_has_a_unit_people_can_read(milliseconds, printed):
    with translation.override("en"):
        assert duration(timedelta(milliseconds=milliseconds)) == printed


def test_duration_has_a_comma_in_russian():
    with translation.override("ru"):
        assert duration(timedelta(milliseconds=1500)) == "1,5 с"
