"""Prune: old messages go, in small steps. What is unsent, unprocessed or dead stays, whatever its age."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ..conf import configuration
from ..sql import fetch

# Locked first and looked at again after: a message enqueued again meanwhile must not lose its bytes.
LOCK_SENT = """
SELECT id FROM messaging_outboxmessage AS message
WHERE created_at < %b AND EXISTS (SELECT FROM messaging_delivery WHERE message_id = message.id)
    AND NOT EXISTS (SELECT FROM messaging_pendingdelivery WHERE message_id = message.id)
ORDER BY created_at LIMIT %b FOR UPDATE SKIP LOCKED
"""
DELETE_SENT = """
WITH gone AS (
    DELETE FROM messaging_outboxmessage AS message
    WHERE id = ANY(%b) AND NOT EXISTS (SELECT FROM messaging_pendingdelivery WHERE message_id = message.id)
    RETURNING id
), deliveries AS (
    DELETE FROM messaging_delivery USING gone WHERE message_id = gone.id
)
SELECT id FROM gone
"""
DELETE_PROCESSED = """
DELETE FROM messaging_inboxmessage WHERE id IN (
    SELECT id FROM messaging_inboxmessage WHERE processed_at < %b
    ORDER BY processed_at LIMIT %b FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def prune_messages(*, seconds: float = 0.5, now: datetime | None = None) -> int:
    """Delete for about so long messages older than the settings say; returns how many.

    Each step is a transaction of its own, so that a writer never waits for long. Knows no table but messaging's.
    """
    now = now or timezone.now()
    deadline = time.monotonic() + seconds
    sent_before = now - timedelta(days=configuration().prune_sent_after_days)
    processed_before = now - timedelta(days=configuration().prune_processed_after_days)
    pruned = _repeat(lambda: _sent_step(sent_before), deadline)
    return pruned + _repeat(lambda: _processed_step(processed_before), deadline)


def _repeat(step: Callable[[], int], deadline: float) -> int:
    """At least one step, so that neither table starves the other."""
    pruned = 0
    while True:
        count = step()
        pruned += count
        if count == 0 or time.monotonic() > deadline:
            return pruned


@transaction.atomic
def _sent_step(before: datetime) -> int:
    found = [identity for (identity,) in fetch(LOCK_SENT, [before, configuration().prune_step])]
    return len(fetch(DELETE_SENT, [found])) if found else 0


def _processed_step(before: datetime) -> int:
    return len(fetch(DELETE_PROCESSED, [before, configuration().prune_step]))
