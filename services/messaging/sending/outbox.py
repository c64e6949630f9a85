"""The outbox: the one way to send a message."""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from psycopg.types.json import Jsonb

from ..conf import configuration
from ..message import Message, Subject, Unsendable
from ..sql import Given, fetch
from ..trace import current_traceparent

logger = structlog.get_logger(__name__)

WAKE_CHANNEL = "outbox"
# Within this time after a wake-up the relay looks again by itself (relay.QUICK_LOOKS), so none is lost.
WAKE_PAUSE_SECONDS = 0.005

# A message that stands there already is touched, not changed, so that RETURNING gives its id in every case.
ENQUEUED = Given(
    message_id="uuid",
    type="text",
    subject="uuid",
    topic="text",
    key="text",
    value="bytea",
    headers="jsonb",
    attempt="smallint",
)
STORED = ENQUEUED.columns_without("attempt")
ENQUEUE = f"""
WITH given AS (
    SELECT * FROM {ENQUEUED}
), kept AS (
    INSERT INTO messaging_outboxmessage AS old ({STORED}, created_at)
    SELECT {STORED}, clock_timestamp() FROM given ORDER BY position
    ON CONFLICT (type, subject) DO UPDATE SET topic = old.topic
    RETURNING id, type, subject, value
)
, waiting AS (
    INSERT INTO messaging_pendingdelivery AS waiting (message_id, attempt)
    SELECT kept.id, given.attempt FROM given JOIN kept USING (type, subject) ORDER BY kept.id
    ON CONFLICT (message_id) DO UPDATE SET attempt = greatest(waiting.attempt, excluded.attempt)
)
SELECT given.type, given.subject FROM given JOIN kept USING (type, subject) WHERE kept.value <> given.value LIMIT 1
"""

PENDING_SUBJECTS = """
SELECT message.subject
FROM messaging_outboxmessage AS message JOIN messaging_pendingdelivery AS waiting ON waiting.message_id = message.id
WHERE message.type = %b AND message.subject = ANY(%b)
"""

_last_wake = 0.0


class ContentChanged(ValueError):
    """A message of this type about this subject is there with other content: the receivers would take it for a lie."""


def publish(
    message_type: str,
    *,
    subject: Subject,
    key: str,
    payload: Mapping[str, Any],
    revision: int | str = "",
    occurred_at: datetime | None = None,
) -> uuid.UUID:
    """Record one message in the caller's transaction, as `enqueue` does; returns its id.

    Messages of one key are handled in order. What can be sent again later, from a business row, states that row's
    `occurred_at`: without one it is now, and another moment is another content.
    """
    moment = occurred_at or timezone.now()
    message = Message(message_type, subject, key, moment, payload, revision=revision)
    enqueue([message])
    return message.message_id


def enqueue(messages: Sequence[Message], *, traceparents: Sequence[str] = ()) -> None:
    """Record messages in the caller's transaction; the relay sends them after its commit, at least once, in order.

    A message that is there already (same type and subject) is sent again with its attempt, unless a higher one
    waits. `traceparents` are one for each message, or the current one for all. Raises `TransactionManagementError`
    outside a transaction: the message would not share the fate of the change that it announces; `Unsendable` for what
    no receiver would take; `ContentChanged` where the same subject was enqueued before with other content.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("enqueue() needs a transaction: call it inside transaction.atomic()")
    if not messages:
        return
    traces = traceparents or [current_traceparent()] * len(messages)
    highest: dict[tuple[str, uuid.UUID], tuple[Message, str]] = {}
    for message, trace in zip(messages, traces, strict=True):
        known = highest.get((message.type, message.identity))
        if known and known[0].encode() != message.encode():
            raise ContentChanged(f"{message.type} {message.subject}: two messages of one subject with other content")
        if known is None or known[0].attempt < message.attempt:
            highest[message.type, message.identity] = (message, trace)
    for kind, subject in fetch(ENQUEUE, ENQUEUED.arrays(_rows(highest.values()))):
        raise ContentChanged(f"{kind} {subject} was enqueued before with other content: give it a subject of its own")
    transaction.on_commit(wake_relay, robust=True)


def _rows(messages: Iterable[tuple[Message, str]]) -> Iterator[dict[str, object]]:
    conf = configuration()
    for message, traceparent in messages:
        yield {
            "message_id": message.message_id,
            "type": message.type,
            "subject": message.identity,
            "topic": topic_of(message.type),
            "key": message.key,
            "value": message.encode(),
            "headers": Jsonb(message.headers(source=conf.source, traceparent=traceparent)),
            "attempt": message.attempt,
        }


def topic_of(message_type: str) -> str:
    if topic := configuration().topic_of(message_type):
        return topic
    raise Unsendable(f"type: MESSAGING SENDS names no topic for {message_type}")


def wake_relay() -> None:
    """Tell the relay, after the commit and in a statement of its own, that something waits. Only a hint.

    A NOTIFY inside the business transaction takes a global lock at commit; measured, writers fell to 0.38.
    """
    global _last_wake
    now = time.monotonic()
    if now - _last_wake < WAKE_PAUSE_SECONDS:
        return
    _last_wake = now
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
    except DatabaseError:
        logger.warning("the relay was not woken; it looks by itself", action="wake_relay", exc_info=True)


def pending_subjects(message_type: str, subjects: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the subjects, or identities, whose message still waits to be sent."""
    return {subject for (subject,) in fetch(PENDING_SUBJECTS, [message_type, list(subjects)])}
