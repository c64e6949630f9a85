"""Rubles as people type them."""

import pytest

from services.common.money import MAX_AMOUNT
from services.gateway.forms import TopUpForm


def top_up(amount):
    return TopUpForm({"amount": amount, "key": "0193f5a0-0000-7000-8000-00000000000f"})


@pytest.mark.parametrize(
    ("typed", "kopecks"),
    [
        ("1290,50", 129050),
        ("1290.50", 129050),
        ("1 290,50", 129050),
        ("1\N{NO-BREAK SPACE}290,5", 129050),
        ("12 345 678", 1234567800),
        ("0,01", 1),
        ("10000000000", MAX_AMOUNT),
        ("  5  ", 500),
        ("007", 700),
    ],
)
def test_amount_becomes_whole_kopecks(typed, kopecks):
    form = top_up(typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == kopecks


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "0,00",
        "-5",
        "+5",
        "1e3",
        "1,234",
        "1.2.3",
        "12 34",
        "1,290.50",
        "NaN",
        "inf",
        "0x10",
        "１２",
        "٣",
        "five",
        "10000000000,01",
        "9" * 30,
    ],
)
def test_anything_else_is_refused_with_a_word(typed):
    form = top_up(typed)
    assert not form.is_valid()
    assert form.errors["amount"]
