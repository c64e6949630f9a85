"""Letters without a valid signature, which anybody who reaches the broker can make, are not kept for ever."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from ..conf import configuration
from ..reasons import Reason
from ..sql import fetch

logger = structlog.get_logger(__name__)

FORGED = [Reason.UNSIGNED, Reason.BAD_SIGNATURE]
# The oldest first. One that somebody has dealt with keeps its history.
DROP = """
WITH listed AS (
    SELECT id, created_at, sum(octet_length(value) + octet_length(headers::text)) OVER (ORDER BY id DESC) AS bytes
    FROM messaging_deadletter AS letter
    WHERE reason = ANY(%b::text[]) AND NOT EXISTS (SELECT FROM messaging_redrive WHERE dead_letter_id = letter.id)
)
DELETE FROM messaging_deadletter WHERE id IN (
    SELECT id FROM listed WHERE created_at < %b OR bytes > %b ORDER BY id LIMIT %b
)
RETURNING id
"""


def drop_forged_letters(*, now: datetime | None = None) -> int:
    """Delete a step's number of those that are older, or together larger, than the settings say; returns how many.

    A letter whose signature is good is never one of them, whatever else is wrong with it.
    """
    conf = configuration()
    before = (now or timezone.now()) - timedelta(days=conf.prune_forged_after_days)
    dropped = len(fetch(DROP, [FORGED, before, conf.prune_forged_beyond_bytes, conf.prune_step]))
    if dropped:
        logger.error("dead letters without a valid signature were dropped", action="drop_forged", count=dropped)
    return dropped
