"""The outbox: the one way to send a message."""

import time
import uuid
from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from psycopg.types.json import Jsonb

from services.messaging.trace import current_traceparent
from services.messaging.message import Message
from services.messaging.signature import sign
from services.messaging.sql import fetch

logger = structlog.get_logger(__name__)

WAKE_CHANNEL = "outbox"
# Within this time after a wake-up the relay looks again by itself (relay.QUICK_LOOKS), so none is lost.
WAKE_PAUSE_SECONDS = 0.005

# A message that stands there already is touched, not changed, so that RETURNING gives its id in every case.
ENQUEUE = """
WITH given AS (
    SELECT * FROM unnest(%b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::bytea[], %b::jsonb[], %b::smallint[])
    WITH ORDINALITY AS given(message_id, type, subject, key, value, headers, attempt, position)
), kept AS (
    INSERT INTO messaging_outboxmessage AS old (message_id, type, subject, topic, key, value, headers, created_at)
    SELECT message_id, type, subject, %b, key, value, headers, clock_timestamp() FROM given ORDER BY position
    ON CONFLICT (type, subject) DO UPDATE SET topic = old.topic
    RETURNING id, type, subject
)
INSERT INTO messaging_pendingdelivery AS waiting (message_id, attempt)
SELECT kept.id, given.attempt FROM given JOIN kept USING (type, subject) ORDER BY kept.id
ON CONFLICT (message_id) DO UPDATE SET attempt = greatest(waiting.attempt, excluded.attempt)
"""

PENDING_SUBJECTS = """
SELECT message.subject
FROM messaging_outboxmessage AS message JOIN messaging_pendingdelivery AS waiting ON waiting.message_id = message.id
WHERE message.type = %b AND message.subject = ANY(%b)
"""

_last_wake = 0.0


def enqueue(messages: Sequence[Message], *, traceparents: Sequence[str] = ()) -> None:
    """Record messages in the caller's transaction; the relay sends them after its commit, at least once, in order.

    A message that is there already (same type and subject) is sent again with its attempt, unless a higher one
    waits. `traceparents` are one for each message, or the current one for all. Raises `TransactionManagementError`
    outside a transaction: the message would not share the fate of the change that it announces.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("enqueue() needs a transaction: call it inside transaction.atomic()")
    if not messages:
        return
    traces = traceparents or [current_traceparent()] * len(messages)
    highest: dict[tuple[str, uuid.UUID], tuple[Message, str]] = {}
    for message, trace in zip(messages, traces, strict=True):
        known = highest.get((message.type, message.subject))
        if known is None or known[0].attempt < message.attempt:
            highest[message.type, message.subject] = (message, trace)
    fetch(ENQUEUE, _columns(list(highest.values())))
    transaction.on_commit(wake_relay, robust=True)


def _columns(messages: Sequence[tuple[Message, str]]) -> list[object]:
    topic = settings.SENDS_TO
    values = [message.encode() for message, _ in messages]
    headers = []
    for (message, traceparent), value in zip(messages, values, strict=True):
        signature = sign(topic=topic, key=message.key.encode(), value=value, keys=settings.SENDING_KEYS)
        head = message.headers(source=settings.SERVICE_NAME, traceparent=traceparent)
        headers.append(Jsonb({**head, "signature": signature}))
    return [
        [message.message_id for message, _ in messages],
        [message.type for message, _ in messages],
        [message.subject for message, _ in messages],
        [message.key for message, _ in messages],
        values,
        headers,
        [message.attempt for message, _ in messages],
        topic,
    ]


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
    """Those of the subjects whose message still waits to be sent."""
    return {subject for (subject,) in fetch(PENDING_SUBJECTS, [message_type, list(subjects)])}
