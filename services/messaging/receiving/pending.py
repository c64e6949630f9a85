"""Pending messages of the inbox: a failure parks its own key and nobody else's."""

import time
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ..faults import fault_point
from ..headers import unquote_headers
from ..message import Handlers, PermanentError, Received
from ..models import InboxMessage, pending_inbox
from ..processes.backoff import MAX_FAILURES, handler_backoff
from ..reasons import Reason
from ..record import Record
from ..sql import is_of_the_database
from .dead_letters import Refusal, keep_dead_letters
from .decode import parse_event, parse_json

logger = structlog.get_logger(__name__)

BATCH_SIZE = 500
# How often to look where nothing is known to wait: rows that another consumer left, or that were redriven.
LOOK_SECONDS = 1.0


class PendingMessages:
    """Handles what `Inbox.receive` left pending, each key in its order."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._next_look = 0.0

    def expect_work(self) -> None:
        """Look at the next call."""
        self._next_look = 0.0

    def work(self, partitions: Collection[int]) -> int:
        """Handle pending messages of these partitions that are due; returns how many it took on.

        Those that never failed go in batches, halved on failure until the bad one stands alone; those that did go
        one by one. After a failure the later messages of that key wait. Raises what the database raises about itself.
        """
        if time.monotonic() < self._next_look or not partitions:
            return 0
        rows = list(due(partitions)[:BATCH_SIZE])
        if len(rows) < BATCH_SIZE:
            self._next_look = time.monotonic() + LOOK_SECONDS
        parked: set[str] = set()
        for failed_before, run in groupby(rows, key=lambda row: row.failures > 0):
            group = list(run)
            for part in [[row] for row in group] if failed_before else [group]:
                self._handle(part, parked)
        return len(rows)

    def _handle(self, rows: Sequence[InboxMessage], parked: set[str]) -> None:
        rows = [row for row in rows if row.key not in parked]
        if not rows:
            return
        try:
            with transaction.atomic():
                self._run(rows)
                InboxMessage.objects.filter(id__in=[row.id for row in rows]).update(processed_at=timezone.now())
                fault_point("retry.before_commit")
            fault_point("retry.after_commit")
        except Exception as error:
            if is_of_the_database(error):
                raise
            if len(rows) == 1:
                parked.add(rows[0].key)
                record_failure(rows[0], error)
                return
            middle = len(rows) // 2
            self._handle(rows[:middle], parked)
            self._handle(rows[middle:], parked)

    def _run(self, rows: Sequence[InboxMessage]) -> None:
        for kind, run in groupby(rows, key=lambda row: row.type):
            handler = self._handlers[kind]
            handler.handle([self._received(row) for row in run])

    def _received(self, row: InboxMessage) -> Received[Any]:
        headers = dict(unquote_headers(row.headers))
        return Received(
            message_id=row.message_id,
            type=row.type,
            attempt=row.attempt,
            traceparent=headers.get("traceparent", b"").decode("ascii", "replace"),
            event=parse_event(parse_json(bytes(row.value)), self._handlers[row.type]),
        )


def due(partitions: Collection[int]) -> QuerySet[InboxMessage]:
    """Pending messages whose time has come and that no earlier one of their key holds back."""
    now = timezone.now()
    earlier = pending_inbox().filter(key=OuterRef("key"), id__lt=OuterRef("id"), next_attempt_at__gt=now)
    return pending_inbox().filter(~Exists(earlier), partition__in=partitions, next_attempt_at__lte=now)


def record_failure(row: InboxMessage, error: Exception) -> None:
    """Count the failure and say when to try again; after the last, or for what can never succeed, a dead letter."""
    failures = row.failures + 1
    now = timezone.now()
    changes: dict[str, Any] = {"failures": failures, "last_error": f"{type(error).__name__}: {error}"[:1000]}
    dead = isinstance(error, PermanentError) or failures >= MAX_FAILURES
    logger.warning(
        "a message failed",
        action="handler_failed",
        type=row.type,
        subject=str(row.subject),
        failures=failures,
        exc_info=error,
    )
    with transaction.atomic():
        if dead:
            reason = Reason.CONFLICT if isinstance(error, PermanentError) else Reason.FAILED
            keep_dead_letters([Refusal(record_from(row), reason, changes["last_error"], row.type, row.subject)])
            changes["dead_at"] = now
        else:
            changes["next_attempt_at"] = now + handler_backoff(failures)
        InboxMessage.objects.filter(id=row.id).update(**changes)
        fault_point("failure.before_commit")
    fault_point("failure.after_commit")


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
