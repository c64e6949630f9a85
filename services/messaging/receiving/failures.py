"""What becomes of a message that was not handled: it waits, is tried again later, or is a dead letter."""

from collections.abc import Sequence

import structlog
from django.db import transaction

from ..faults import fault_point
from ..headers import unquote_headers
from ..message import Contradiction, PermanentError
from ..models import InboxMessage, pending_inbox
from ..reasons import Reason
from ..record import Record
from ..sql import fetch
from ..text import storable
from .dead_letters import Refusal, keep_dead_letters
from .decode import Unreadable
from .policy import policy_of

logger = structlog.get_logger(__name__)

# Half as long again as it has waited: at once for who meets another for a moment, once a second for who waits long.
POSTPONE = """
UPDATE messaging_inboxmessage SET next_attempt_at = clock_timestamp()
    + greatest(interval '50 ms', least(interval '1 s', (clock_timestamp() - received_at) / 2))
WHERE id = ANY(%b::bigint[])
"""
FAIL = """
UPDATE messaging_inboxmessage SET failures = failures + 1, last_error = %b,
    next_attempt_at = clock_timestamp() + make_interval(secs => %b)
WHERE id = %b
"""
DIE = """
UPDATE messaging_inboxmessage SET failures = failures + 1, last_error = %b, dead_at = clock_timestamp() WHERE id = %b
"""


def postpone(ids: Sequence[int]) -> None:
    """Let them wait a moment. Nobody failed: what they need is in other hands."""
    fetch(POSTPONE, [list(ids)])


def record_failure(identity: int, error: Exception) -> None:
    """Count the failure and say when to try again; after the last, or for what can never succeed, a dead letter.

    By the database's clock, which also says what is due. One that was handled meanwhile is left alone.
    """
    with transaction.atomic():
        row = pending_inbox().select_for_update().filter(id=identity).first()
        if row is None:
            return
        told = storable(f"{type(error).__name__}: {error}", 1000)
        failures, policy = row.failures + 1, policy_of(row.type)
        _log(row, failures, error)
        if isinstance(error, PermanentError | Unreadable) or policy.is_over(failures):
            keep_dead_letters([Refusal(record_from(row), reason_of(error), told, row.type, row.subject)])
            fetch(DIE, [told, identity])
        else:
            fetch(FAIL, [told, policy.delay(failures), identity])
        fault_point("failure.before_commit")
    fault_point("failure.after_commit")


def reason_of(error: Exception) -> Reason:
    """Why the message is set aside after this error."""
    if isinstance(error, Unreadable):
        return error.reason
    if isinstance(error, Contradiction):
        return Reason.CONFLICT
    return Reason.REJECTED if isinstance(error, PermanentError) else Reason.FAILED


def record_from(row: InboxMessage) -> Record:
    """The Kafka record that the row was made from."""
    return Record(
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        timestamp=row.kafka_timestamp,
        key=row.key.encode(),
        value=bytes(row.value),
        headers=unquote_headers(row.headers),
    )


def _log(row: InboxMessage, failures: int, error: Exception) -> None:
    logger.warning(
        "a message failed",
        action="handler_failed",
        type=row.type,
        subject=str(row.subject),
        failures=failures,
        error=storable(str(error), 200),
        exc_info=error if failures == 1 else None,  # once is enough to find it
    )
