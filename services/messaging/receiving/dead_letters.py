"""Dead letters: what cannot be handled is kept, raw, and its neighbours go on."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ..headers import quote_headers
from ..models import DeadLetter
from ..reasons import Reason
from ..record import Record
from ..text import storable

logger = structlog.get_logger(__name__)

KEPT_ONCE = ("topic", "partition", "offset", "digest", "reason")
BYTES = ("key", "value", "headers")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record and why it is set aside."""

    record: Record
    reason: Reason
    detail: str
    type: str = ""
    subject: uuid.UUID | None = None


def keep_dead_letters(refusals: Sequence[Refusal]) -> None:
    """Keep each once, however often the same record is read, in the caller's transaction.

    One that was redriven or dismissed and dies again is open again, with the bytes that prune may have dropped.
    """
    if not refusals:
        return
    for refusal in refusals:
        logger.error(
            "dead letter",
            action="dead_letter",
            reason=refusal.reason,
            topic=refusal.record.topic,
            partition=refusal.record.partition,
            offset=refusal.record.offset,
            subject=str(refusal.subject or ""),
        )
    rows = {tuple(getattr(row, name) for name in KEPT_ONCE): row for row in map(as_row, refusals)}
    DeadLetter.objects.bulk_create(
        rows.values(), update_conflicts=True, update_fields=[*BYTES, "resolved_at"], unique_fields=KEPT_ONCE
    )


def as_row(refusal: Refusal) -> DeadLetter:
    record = refusal.record
    return DeadLetter(
        source=DeadLetter.Source.INBOX,
        reason=refusal.reason,
        detail=storable(refusal.detail, 1000),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=quote_headers(record.headers),
        digest=digest_of(record),
        type=refusal.type,
        subject=refusal.subject,
    )


def digest_of(record: Record) -> bytes:
    """SHA-256 of key and value."""
    return hashlib.sha256((record.key or b"") + b"\0" + (record.value or b"")).digest()
