"""Messages that older code kept unread, at their first reading."""

from dataclasses import replace

from ..models import InboxMessage
from .decode import Arrival
from .duplicates import absorb_duplicates
from .failures import record_from


def identify(row: InboxMessage, arrival: Arrival) -> int | None:
    """Let the row, known by its message id until now, be about what the message says.

    A copy of it may have come to newer code meanwhile. Then one of the two goes, as the duplicate that it is, so that
    the message keeps its place in its key; returns the id of the row that went.
    """
    copy = InboxMessage.objects.filter(**arrival.identity._asdict()).exclude(id=row.id).first()
    gone = copy if copy and waits_behind(copy, row) else row
    if copy:
        InboxMessage.objects.filter(id=gone.id).delete()
    if gone is not row or not copy:
        about = {"subject": arrival.identity.subject, "fingerprint": arrival.fingerprint}
        InboxMessage.objects.filter(id=row.id).update(**about)
    if copy:
        absorb_duplicates([as_duplicate(gone, arrival)], apart=True)
    return gone.id if copy else None


def waits_behind(copy: InboxMessage, row: InboxMessage) -> bool:
    """Whether it came later, is not handled, and nobody can be at work on it: the row's partition is locked."""
    is_pending = copy.processed_at is None and copy.dead_at is None
    return is_pending and copy.id > row.id and (copy.topic, copy.partition) == (row.topic, row.partition)


def as_duplicate(gone: InboxMessage, arrival: Arrival) -> Arrival:
    received = replace(arrival.received, attempt=gone.attempt)
    fingerprint = bytes(gone.fingerprint) or arrival.fingerprint
    return replace(arrival, record=record_from(gone), received=received, fingerprint=fingerprint)
