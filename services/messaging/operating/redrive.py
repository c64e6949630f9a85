"""Redrive: a dead letter gets another chance, once its cause is mended. Each is recorded with who and when."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..headers import unquote_headers
from ..models import DeadLetter, InboxMessage, OutboxMessage, PendingDelivery, Redrive
from ..reasons import Outcome, Reason
from ..receiving.dead_letters import digest_of
from ..receiving.inbox import Inbox
from ..record import Record
from ..sql import is_of_the_database
from .choice import open_letters

logger = structlog.get_logger(__name__)

# After these there is nothing left to do for the letter, or another says why; any other outcome leaves it open.
RESOLVED = frozenset({Outcome.PENDING, Outcome.DUPLICATE, Reason.CONFLICT})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one letter: an outcome, or the reason why it still cannot be handled."""

    letter: DeadLetter
    outcome: Outcome | Reason

    @property
    def is_resolved(self) -> bool:
        """Whether it was dealt with; one that is dead again for the same reason was not."""
        return self.outcome in RESOLVED and self.outcome != self.letter.reason


class Redriver:
    """Gives dead letters back to the flow, at most `rate` a second, each in a transaction of its own.

    Idempotent: a letter that is resolved meanwhile is left alone, and a message that had its effect has no second one.
    """

    def __init__(self, inbox: Inbox, *, by: str, note: str = "", wait: Callable[[float], None] = time.sleep) -> None:
        self._inbox = inbox
        self.by = by
        self._note = note
        self._wait = wait

    def redrive(self, letters: "QuerySet[DeadLetter]", *, rate: float) -> Iterator[Result]:
        """Redrive each, and tell what became of it as it goes."""
        for identity in list(letters.values_list("id", flat=True)):
            if done := self._redrive_one(identity):
                yield done
                self._wait(1 / rate)

    def preview(self, letters: "QuerySet[DeadLetter]") -> Iterator[Result]:
        """What would become of each if it were redriven now; nothing is kept of the trial."""
        for identity in list(letters.values_list("id", flat=True)):
            with transaction.atomic():
                done = self._redrive_one(identity)
                transaction.set_rollback(True)
            if done:
                yield done

    @transaction.atomic
    def _redrive_one(self, identity: int) -> Result | None:
        letter = open_letters().select_for_update().filter(id=identity).first()
        if letter is None:
            return None
        outcome = send_again(letter) if letter.source == DeadLetter.Source.OUTBOX else self._receive_again(letter)
        result = Result(letter, outcome)
        Redrive.objects.create(dead_letter=letter, by=self.by, outcome=outcome, note=self._note)
        if result.is_resolved:
            DeadLetter.objects.filter(id=identity).update(resolved_at=timezone.now())
        return result

    def _receive_again(self, letter: DeadLetter) -> Outcome | Reason:
        if reopen(letter):
            return Outcome.PENDING
        record = record_from(letter)
        if digest_of(record) != bytes(letter.digest):
            return Outcome.GONE
        try:
            with transaction.atomic():
                return self._inbox.receive_again(record)
        except Exception as error:
            if is_of_the_database(error):
                raise
            logger.warning("a letter failed again", action="redrive_failed", letter=letter.id, exc_info=True)
            return Reason.FAILED


def send_again(letter: DeadLetter) -> Outcome:
    """Let the relay send a message that the broker refused."""
    message = letter.subject and OutboxMessage.objects.filter(type=letter.type, subject=letter.subject).first()
    if not message:
        return Outcome.GONE
    PendingDelivery.objects.bulk_create([PendingDelivery(message=message)], ignore_conflicts=True)
    return Outcome.PENDING


def reopen(letter: DeadLetter) -> bool:
    """Make the dead inbox row of this letter pending again, with all its attempts; False where there is none."""
    same = {name: getattr(letter, name) for name in ("type", "subject", "topic", "partition", "offset")}
    dead = InboxMessage.objects.filter(dead_at__isnull=False, **same)
    return bool(dead.update(dead_at=None, failures=0, next_attempt_at=timezone.now()))


def record_from(letter: DeadLetter) -> Record:
    """The Kafka record that was set aside, byte for byte."""
    return Record(
        topic=letter.topic,
        partition=letter.partition or 0,
        offset=letter.offset or 0,
        timestamp=None,
        key=None if letter.key is None else bytes(letter.key),
        value=None if letter.value is None else bytes(letter.value),
        headers=unquote_headers(letter.headers),
    )
