"""The feed: what a sender has sent, told over HTTP to readers that may have lost some of it.

Read-only, in pages. Marks say which messages there were; whole entries carry the very record that Kafka was given.
"""

import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from .headers import quote_headers, unquote_headers
from .record import Record
from .signature import BadSignature, KeyRing, sign, verify

SCHEME = "Feed"
LIFETIME_SECONDS = 60
LARGEST_PAGE = 500
# Whole entries have up to a megabyte each.
LARGEST_WHOLE_PAGE = 50


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


def page_from_json(body: Mapping[str, Any]) -> Page:
    """The page that `page_as_json` was given; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    return Page([_mark_from_json(each) for each in body["results"]], int(body["next"]), body["is_last"] is True)


def _mark_as_json(mark: Mark) -> dict[str, Any]:
    said = {"message_id": str(mark.message_id), "type": mark.type, "subject": str(mark.subject)}
    return {**said, "attempt": mark.attempt, "record": _record_as_json(mark.record)}


def _mark_from_json(body: Mapping[str, Any]) -> Mark:
    record = _record_from_json(body["record"])
    return Mark(UUID(body["message_id"]), str(body["type"]), UUID(body["subject"]), int(body["attempt"]), record)


def _record_as_json(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    content = {"key": _text(record.key), "value": _text(record.value)}
    return {**place, **content, "headers": quote_headers(record.headers)}


def _record_from_json(body: Mapping[str, Any] | None) -> Record | None:
    if body is None:
        return None
    return Record(
        topic=str(body["topic"]),
        partition=int(body["partition"]),
        offset=int(body["offset"]),
        timestamp=None,
        key=b64decode(body["key"], validate=True),
        value=b64decode(body["value"], validate=True),
        headers=unquote_headers(body["headers"]),
    )


def _text(raw: bytes | None) -> str:
    return b64encode(raw or b"").decode()
