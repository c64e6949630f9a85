"""What messaging knows about a message, for timelines, probes and operators."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from ..models import DeadLetter, InboxMessage, OutboxMessage, PendingDelivery, pending_inbox


@dataclass(frozen=True, slots=True)
class OutboxTrace:
    """A sent message's way: when it was enqueued, when the broker first confirmed it, and how often it did."""

    enqueued_at: datetime
    produced_at: datetime | None
    partition: int | None
    offset: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class InboxTrace:
    """A received message's way."""

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
        produced_at=first.confirmed_at if first else None,
        partition=first.partition if first else None,
        offset=first.offset if first else None,
        attempts=len(deliveries),
    )


def inbox_trace(message_type: str, subject: uuid.UUID) -> InboxTrace | None:
    """None where there is no such message (any more: it is pruned in time)."""
    message = InboxMessage.objects.filter(type=message_type, subject=subject).first()
    if message is None:
        return None
    return InboxTrace(
        received_at=message.received_at,
        processed_at=message.processed_at,
        partition=message.partition,
        offset=message.offset,
        duplicates=message.duplicates,
        dead=message.dead_at is not None,
        key=message.key,
    )


def health_details() -> dict[str, Any]:
    """Ages in seconds of the oldest that waits, and the number of open dead letters: what `/readyz` tells."""
    now = timezone.now()
    unsent = PendingDelivery.objects.aggregate(oldest=Min("message__created_at"))["oldest"]
    unprocessed = pending_inbox().aggregate(oldest=Min("received_at"))["oldest"]
    return {
        "oldest_unsent_seconds": (now - unsent).total_seconds() if unsent else 0,
        "oldest_unprocessed_seconds": (now - unprocessed).total_seconds() if unprocessed else 0,
        "dead_letters": DeadLetter.objects.filter(resolved_at=None).count(),
    }
