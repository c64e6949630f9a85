import uuid

import pytest

from services.common.money import MAX_AMOUNT
from services.common.payload import read_amount, read_currency, read_text, read_uuid

ID = uuid.UUID("0190b0d4-7e55-7000-8000-0000000000ab")


def test_what_the_schema_states_is_read():
    payload = {"id": str(ID), "amount": MAX_AMOUNT, "currency": "RUB", "text": "Привет"}
    assert read_uuid(payload, "id") == ID
    assert read_amount(payload, "amount") == MAX_AMOUNT
    assert (read_currency(payload, "currency"), read_text(payload, "text")) == ("RUB", "Привет")


@pytest.mark.parametrize("read", [read_text, read_uuid, read_amount, read_currency])
def test_member_that_is_missing_is_named(read):
    with pytest.raises(ValueError, match=r"^thing must be"):
        read({}, "thing")


@pytest.mark.parametrize("value", [None, 1, True, ["a"], {"a": 1}])
def test_anything_but_a_string_is_no_text(value):
    with pytest.raises(ValueError, match="thing must be a string"):
        read_text({"thing": value}, "thing")


@pytest.mark.parametrize("value", [str(ID).upper(), ID.hex, f"{{{ID}}}", f"urn:uuid:{ID}", "0", "", 7])
def test_uuid_has_one_form(value):
    with pytest.raises(ValueError, match="thing must be a"):
        read_uuid({"thing": value}, "thing")


@pytest.mark.parametrize("value", [0, -1, MAX_AMOUNT + 1, 1.0, True, "1", None, float("nan")])
def test_amount_is_a_whole_number_within_its_bounds(value):
    with pytest.raises(ValueError, match="thing must be a whole number from 1 to"):
        read_amount({"thing": value}, "thing")


@pytest.mark.parametrize("value", ["rub", "RU", "RUBL", "RUB\n", "РУБ", ""])
def test_currency_is_three_capital_letters(value):
    with pytest.raises(ValueError, match="thing must be three capital letters"):
        read_currency({"thing": value}, "thing")
