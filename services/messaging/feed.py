"""The feed: what a sender has sent, told over HTTP to readers that may have lost some of it.

Read-only, in pages. Marks say which messages there were; whole entries carry the very record that Kafka was given.
"""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from .headers import quote_headers, unquote_headers
from .message import MAX_ATTEMPT, MAX_TYPE
from .record import Record
from .signature import BadSignature, KeyRing, sign, verify
from .text import is_storable

SCHEME = "Feed"
LIFETIME_SECONDS = 60
LARGEST_PAGE = 500
# Whole entries have up to a megabyte each.
LARGEST_WHOLE_PAGE = 50
# What the columns hold.
LARGEST_POSITION = 2**63 - 1
LARGEST_PARTITION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A message that the broker confirmed; its record where the page was asked for whole."""

    message_id: UUID
    type: str
    subject: UUID
    attempt: int
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Marks in the order in which the broker confirmed them; the next page begins after `next`."""

    marks: list[Mark]
    next: int
    is_last: bool


def address(url: str, *, after: int, limit: int, whole: bool) -> str:
    """Where a page is."""
    return f"{url}?{urlencode({'after': after, 'limit': limit, 'whole': int(whole)})}"


def authorization(url: str, *, reader: str, keys: KeyRing) -> str:
    """The header with which the reader asks for this page, for a minute, by the first of its keys."""
    now = str(int(time.time()))
    return f"{SCHEME} {reader};{now};{sign(keys=keys, **_signed(_target(url), reader, now))}"


def verify_reader(header: str, url: str, rings: Mapping[str, KeyRing]) -> None:
    """Return if one of these readers asks for this page, within a minute; raise `BadSignature` otherwise."""
    scheme, _, rest = header.partition(" ")
    reader, now, signature = (*rest.split(";", 2), "", "")[:3]
    if scheme != SCHEME or reader not in rings or not (now.isascii() and now.isdigit()):
        raise BadSignature("no reader")
    verify(signature, keys=rings[reader], **_signed(_target(url), reader, now))
    if abs(time.time() - int(now)) > LIFETIME_SECONDS:
        raise BadSignature("too old")


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _signed(target: str, reader: str, now: str) -> dict[str, Any]:
    """No topic has a blank in its name: this signs no message."""
    return {"topic": f"GET {target}", "key": reader.encode(), "attempt": now.encode(), "value": b""}


def page_as_json(page: Page) -> dict[str, Any]:
    """A page as JSON can hold it."""
    return {"next": page.next, "is_last": page.is_last, "results": [_mark_as_json(mark) for mark in page.marks]}


def page_from(raw: bytes, topic: str) -> Page:
    """The page of this topic that an answer holds. Raises `ValueError` alone: what a content can raise is its own."""
    try:
        body = json.loads(raw)
        marks = [_mark_from_json(each, topic) for each in body["results"]]
        return Page(marks, _number(body["next"], most=LARGEST_POSITION), body["is_last"] is True)
    except Exception as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _mark_as_json(mark: Mark) -> dict[str, Any]:
    said = {"message_id": str(mark.message_id), "type": mark.type, "subject": str(mark.subject)}
    return {**said, "attempt": mark.attempt, "record": _record_as_json(mark.record)}


def _mark_from_json(body: Mapping[str, Any], topic: str) -> Mark:
    kind, record = body["type"], _record_from_json(body["record"], topic)
    if not is_storable(kind, MAX_TYPE):
        raise ValueError("type")
    attempt = _number(body["attempt"], least=1, most=MAX_ATTEMPT)
    return Mark(UUID(body["message_id"]), kind, UUID(body["subject"]), attempt, record)


def _record_as_json(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    place = {"partition": record.partition, "offset": record.offset}
    content = {"key": _text(record.key), "value": _text(record.value)}
    return {**place, **content, "headers": quote_headers(record.headers)}


def _record_from_json(body: Mapping[str, Any] | None, topic: str) -> Record | None:
    if body is None:
        return None
    return Record(
        topic=topic,
        partition=_number(body["partition"], most=LARGEST_PARTITION),
        offset=_number(body["offset"], most=LARGEST_POSITION),
        timestamp=None,
        key=b64decode(body["key"], validate=True),
        value=b64decode(body["value"], validate=True),
        headers=unquote_headers(body["headers"]),
    )


def _number(value: Any, *, least: int = 0, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"a whole number from {least} to {most} is wanted")
    return value


def _text(raw: bytes | None) -> str:
    return b64encode(raw or b"").decode()
