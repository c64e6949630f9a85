"""Dismiss: a dead letter that nobody needs is closed, and can be opened again. Recorded with who, when and why."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..models import DeadLetter, Redrive
from ..reasons import Outcome


def dismiss(letters: "QuerySet[DeadLetter]", *, by: str, note: str) -> int:
    """Close open letters, all or none; returns how many. Prune drops their bytes in time, and nothing else of them."""
    return _record(letters, Outcome.DISMISSED, resolved_at=timezone.now(), by=by, note=note)


def restore(letters: "QuerySet[DeadLetter]", *, by: str, note: str = "") -> int:
    """Open dismissed letters again, all or none; returns how many."""
    return _record(letters, Outcome.RESTORED, resolved_at=None, by=by, note=note)


@transaction.atomic
def _record(
    letters: "QuerySet[DeadLetter]", outcome: Outcome, *, resolved_at: datetime | None, by: str, note: str
) -> int:
    # Under the lock the conditions are looked at again: who redrives or restores them meanwhile comes first or last.
    ids = list(letters.select_for_update().values_list("id", flat=True))
    DeadLetter.objects.filter(id__in=ids).update(resolved_at=resolved_at)
    history = [Redrive(dead_letter_id=each, by=by, outcome=outcome, note=note) for each in ids]
    Redrive.objects.bulk_create(history, batch_size=1000)
    return len(ids)
