"""Strict reading of a message's payload: `ValueError` for anything but the type that the schema states."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from services.common.money import MAX_AMOUNT

CURRENCY = re.compile(r"[A-Z]{3}")


def read_text(payload: Mapping[str, Any], name: str) -> str:
    """The string of that name."""
    value = payload.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")
    return value


def read_uuid(payload: Mapping[str, Any], name: str) -> uuid.UUID:
    """The UUID of that name, written in its canonical form alone."""
    text = read_text(payload, name)
    try:
        value = uuid.UUID(text)
    except ValueError:
        raise ValueError(f"{name} must be a UUID") from None
    if str(value) != text:
        raise ValueError(f"{name} must be a UUID in its canonical form")
    return value


def read_amount(payload: Mapping[str, Any], name: str) -> int:
    """The integer amount of that name, 1 to 10^12; a bool or a float is none."""
    value = payload.get(name)
    if type(value) is not int or not 1 <= value <= MAX_AMOUNT:
        raise ValueError(f"{name} must be a whole number from 1 to {MAX_AMOUNT}")
    return value


def read_currency(payload: Mapping[str, Any], name: str) -> str:
    """The ISO 4217 code of that name."""
    value = read_text(payload, name)
    if not CURRENCY.fullmatch(value):
        raise ValueError(f"{name} must be three capital letters")
    return value
