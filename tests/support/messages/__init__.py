"""Golden messages: what one service writes is, byte for byte, what the other one reads."""

import json
import uuid
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE.parents[2] / "docs" / "messages"

ORDER_ID = uuid.UUID("01938a2b-7c4d-7e5f-8a9b-0c1d2e3f4a5b")
USER_ID = uuid.UUID("7b1c9e52-3f0a-4d6e-9c8b-1a2b3c4d5e6f")


def golden(name: str) -> bytes:
    return (HERE / f"{name}.json").read_bytes()


def payload(name: str, **changes: Any) -> dict[str, Any]:
    """The golden payload with other values; `...` leaves a member out."""
    changed = {**json.loads(golden(name)), **changes}
    return {member: value for member, value in changed.items() if value is not ...}


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())
