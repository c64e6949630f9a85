"""Skip: a message that fails again and again is set aside before its time, so that what waits behind it goes on."""

import uuid

from django.db import transaction
from django.db.models.functions import Now

from ..models import DeadLetter, Redrive, pending_inbox
from ..reasons import Outcome, Reason
from ..receiving.dead_letters import KEPT_ONCE, Refusal, as_row, keep_dead_letters
from ..receiving.failures import record_from


@transaction.atomic
def skip(message_type: str, subject: uuid.UUID, *, by: str, note: str) -> bool:
    """Make the message that waits after a failure a dead letter now; False where none does. Recorded with who and why.

    It can be redriven like any other.
    """
    row = pending_inbox().select_for_update().filter(type=message_type, subject=subject, failures__gt=0).first()
    if row is None:
        return False
    refusal = Refusal(record_from(row), Reason.FAILED, row.last_error, row.type, row.subject)
    keep_dead_letters([refusal])
    pending_inbox().filter(id=row.id).update(dead_at=Now())
    kept = as_row(refusal)
    letter = DeadLetter.objects.get(**{name: getattr(kept, name) for name in KEPT_ONCE})
    Redrive.objects.create(dead_letter=letter, by=by, outcome=Outcome.SKIPPED, note=note)
    return True
