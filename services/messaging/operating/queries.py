"""What messaging knows about a message, for timelines and for who looks after it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..models import DeadLetter, InboxMessage, OutboxMessage


@dataclass(frozen=True, slots=True)
class OutboxTrace:
    """A sent message's way: when it was enqueued, when the broker first confirmed it, and how often it did."""

    enqueued_at: datetime
    confirmed_at: datetime | None
    partition: int | None
    offset: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class InboxTrace:
    """A received message's way. `produced_at` is the record's timestamp: the broker's clock, or the relay's.

    None where it states none; and never after the receipt, whatever that clock says.
    """

    produced_at: datetime | None
    received_at: datetime
    processed_at: datetime | None
    partition: int
    offset: int
    duplicates: int
    dead: bool
    key: str


def outbox_trace(message_type: str, subject: uuid.UUID) -> OutboxTrace | None:
    """None where there is no such message (any more: it is pruned in time)."""
    message = OutboxMessage.objects.filter(type=message_type, subject=subject).first()
    if message is None:
        return None
    deliveries = list(message.deliveries.order_by("id"))
    first = deliveries[0] if deliveries else None
    return OutboxTrace(
        enqueued_at=message.created_at,
        confirmed_at=first.confirmed_at if first else None,
        partition=first.partition if first else None,
        offset=first.offset if first else None,
        attempts=len(deliveries),
    )


def inbox_trace(message_type: str, subject: uuid.UUID) -> InboxTrace | None:
    """None where there is no such message (any more: it is pruned in time)."""
    message = InboxMessage.objects.filter(type=message_type, subject=subject).first()
    if message is None:
        return None
    stated, received_at = message.kafka_timestamp, message.received_at
    return InboxTrace(
        produced_at=stated and min(stated, received_at),
        received_at=received_at,
        processed_at=message.processed_at,
        partition=message.partition,
        offset=message.offset,
        duplicates=message.duplicates,
        dead=message.dead_at is not None,
        key=message.key,
    )


@dataclass(frozen=True, slots=True)
class Trail:
    """The rows about one subject: the message that is sent, the one that is received, and every dead letter."""

    sent: OutboxMessage | None
    received: InboxMessage | None
    dead_letters: Sequence[DeadLetter]


def trail_of(subject: uuid.UUID, *, sends: str, receives: str) -> Trail:
    """What the tables still hold of messages of these two types; what was sent or handled is pruned in time."""
    sent = OutboxMessage.objects.filter(type=sends, subject=subject).select_related("pending")
    return Trail(
        sent=sent.prefetch_related("deliveries").first(),
        received=InboxMessage.objects.filter(type=receives, subject=subject).first(),
        dead_letters=list(DeadLetter.objects.filter(type__in=[sends, receives], subject=subject).order_by("id")),
    )
