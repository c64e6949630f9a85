"""Prune: old messages go, in small steps. What is unsent, unprocessed or dead stays, whatever its age.

Of a dead letter that was dismissed the bytes go, and its reason and history stay.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ..conf import configuration
from ..models import DeadLetter
from ..sql import fetch
from .choice import dismissed_letters

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
    """Delete for about so long messages older than the settings say, and bytes of dismissed ones; returns how many.

    Each step is a transaction of its own, so that a writer never waits for long. Knows no table but messaging's.
    """
    now = now or timezone.now()
    deadline = time.monotonic() + seconds
    sent_before = now - timedelta(days=configuration().prune_sent_after_days)
    processed_before = now - timedelta(days=configuration().prune_processed_after_days)
    dismissed_before = now - timedelta(days=configuration().prune_dismissed_after_days)
    pruned = _repeat(lambda: _sent_step(sent_before), deadline)
    pruned += _repeat(lambda: _processed_step(processed_before), deadline)
    return pruned + _repeat(lambda: _dismissed_step(dismissed_before), deadline)


def _repeat(step: Callable[[], int], deadline: float) -> int:
    """At least one step, so that no table starves another."""
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


@transaction.atomic
def _dismissed_step(before: datetime) -> int:
    full = dismissed_letters().filter(resolved_at__lt=before).exclude(key=None, value=None, headers=[])
    found = full.select_for_update(skip_locked=True).values_list("id", flat=True)
    return DeadLetter.objects.filter(id__in=list(found[: configuration().prune_step])).update(
        key=None, value=None, headers=[]
    )
