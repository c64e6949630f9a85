"""Pending messages of the inbox: a failure parks its own key and nobody else's."""

import time
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db import transaction

from ..faults import fault_point
from ..headers import unquote_headers
from ..message import Handlers, KeysBusy, Received
from ..models import InboxMessage, pending_inbox
from ..record import Place
from ..signature import KeyRing
from ..sql import fetch, is_contested, is_of_the_database
from .decode import TooNew, decode, handler_for, parse, parse_json, traceparent_of
from .failures import postpone, record_failure, record_from
from .locks import PartitionsTaken, lock_partitions
from .policy import policy_of
from .unread import identify

logger = structlog.get_logger(__name__)

# One step's share, beside looking: what failed before must not keep the consumer from what comes new. Looking does not
# count: where it is slow, something must be done all the same.
STEP_SECONDS = 0.2
LOOK_SECONDS = 0.2
LARGEST_GROUP = 500
# What failed before is tried one by one; more than these are not done in a step's share.
MOST_RETRIES = 100

# Due, and held back by no earlier message of its key that failed or waits. By one moment for all rows: an earlier one
# that becomes due amid the statement would be left out and hold back nothing.
DUE = """
SELECT id, topic, partition, key, type, extract(epoch FROM clock_timestamp() - received_at)::float
FROM messaging_inboxmessage AS message
WHERE processed_at IS NULL AND dead_at IS NULL
    AND (topic, partition) IN (SELECT * FROM unnest(%b::text[], %b::int[]))
    AND failures = 0 AND next_attempt_at <= statement_timestamp()
    AND NOT EXISTS (
        SELECT FROM messaging_inboxmessage AS earlier
        WHERE earlier.topic = message.topic AND earlier.key = message.key AND earlier.id < message.id
            AND earlier.processed_at IS NULL AND earlier.dead_at IS NULL
            AND (earlier.failures > 0 OR earlier.next_attempt_at > statement_timestamp())
    )
ORDER BY id LIMIT %b
"""
# Failed before and due again; only the first of its key.
DUE_AGAIN = """
SELECT id, topic, partition, key, type, extract(epoch FROM clock_timestamp() - received_at)::float
FROM messaging_inboxmessage AS message
WHERE processed_at IS NULL AND dead_at IS NULL
    AND (topic, partition) IN (SELECT * FROM unnest(%b::text[], %b::int[]))
    AND failures > 0 AND next_attempt_at <= statement_timestamp()
    AND NOT EXISTS (
        SELECT FROM messaging_inboxmessage AS earlier
        WHERE earlier.topic = message.topic AND earlier.key = message.key AND earlier.id < message.id
            AND earlier.processed_at IS NULL AND earlier.dead_at IS NULL
    )
ORDER BY next_attempt_at LIMIT %b
"""
PROCESSED = "UPDATE messaging_inboxmessage SET processed_at = clock_timestamp() WHERE id = ANY(%b::bigint[])"


class Waiting(NamedTuple):
    """A pending message, by where it stands."""

    id: int
    topic: str
    partition: int
    key: str
    type: str
    age: float  # seconds since it was received


class PendingMessages:
    """Handles what `Inbox.receive` left pending, each key in its order, for a bounded time at a call."""

    def __init__(self, handlers: Handlers, keys: Mapping[str, KeyRing]) -> None:
        self._handlers = handlers
        self._keys = keys
        self._next_look = 0.0
        self._group = LARGEST_GROUP
        self.is_behind = False  # more waits than the last step's share

    def expect_work(self) -> None:
        """Look at the next call."""
        self._next_look = 0.0

    def work(self, places: Collection[Place]) -> int:
        """Handle pending messages of these partitions that are due; returns how many it took on.

        Those that never failed go in groups, smaller after a failure until the bad one stands alone; those that did
        go one by one. After a failure the later messages of that key wait. Raises what the database says of itself.
        """
        if time.monotonic() < self._next_look or not places:
            return 0
        again = self._look(DUE_AGAIN, places, MOST_RETRIES)
        left = self._retry(again, time.monotonic() + STEP_SECONDS / 2)
        due = self._look(DUE, places, LARGEST_GROUP)
        left += self._work_through(due, time.monotonic() + STEP_SECONDS / 2)
        self.is_behind = left > 0 or len(due) == LARGEST_GROUP
        self._next_look = 0.0 if self.is_behind else time.monotonic() + LOOK_SECONDS
        return len(due) + len(again)

    def _look(self, statement: str, places: Collection[Place], limit: int) -> list[Waiting]:
        topics, partitions = [topic for topic, _ in places], [partition for _, partition in places]
        return [Waiting(*row) for row in fetch(statement, [topics, partitions, limit])]

    def _work_through(self, rows: list[Waiting], deadline: float) -> int:
        """Handle these in groups; returns how many were left when the time was over."""
        parked: set[str] = set()
        while rows and time.monotonic() < deadline:
            group = rows[: self._group]
            if self._handle([row for row in group if row.key not in parked], parked):
                rows = rows[len(group) :]
                self._group = min(self._group * 2, LARGEST_GROUP)
            else:
                self._group = max(len(group) // 4, 1)
        return len(rows)

    def _retry(self, rows: list[Waiting], deadline: float) -> int:
        while rows and time.monotonic() < deadline:
            self._handle(rows[:1], set())
            rows = rows[1:]
        return len(rows)

    def _handle(self, group: Sequence[Waiting], parked: set[str]) -> bool:
        """Handle the group in one transaction. False where it must be tried in smaller parts."""
        try:
            parked.update(self._transact(group))
        except PartitionsTaken:
            parked.update(row.key for row in group)  # another session works on them
        except KeysBusy as busy:
            postpone([row.id for row in group if row.key in busy.keys])
            parked.update(busy.keys)
            return not [row for row in group if row.key not in parked]
        except Exception as error:
            if is_of_the_database(error) and not is_contested(error):
                raise
            if len(group) > 1:
                return False
            parked.add(group[0].key)
            self._set_back(group[0], error)
        return True

    def _set_back(self, row: Waiting, error: Exception) -> None:
        if is_contested(error):
            postpone([row.id])
        else:
            record_failure(row.id, error)

    def _transact(self, group: Sequence[Waiting]) -> set[str]:
        """Returns the keys that wait for newer code."""
        with transaction.atomic():
            lock_partitions((row.topic, row.partition) for row in group)
            # Looked at again under the lock: another consumer may have handled them meanwhile.
            rows = list(pending_inbox().filter(id__in=[row.id for row in group]))
            messages, too_new = self._read(rows, {row.id: row.age for row in group})
            for kind, run in groupby(messages.values(), key=lambda message: message.type):
                self._handlers[kind].handle(list(run))
            fetch(PROCESSED, [list(messages)])
            if too_new:
                postpone([row.id for row in too_new])
            fault_point("retry.before_commit")
        fault_point("retry.after_commit")
        return {row.key for row in too_new}

    def _read(
        self, rows: Sequence[InboxMessage], ages: Mapping[int, float]
    ) -> tuple[dict[int, Received[Any]], list[InboxMessage]]:
        """The messages by their rows' ids, and the rows that are too new: what follows one in its key waits with it.

        Raises `TooNew` for one that has waited for as long as its policy says.
        """
        messages: dict[int, Received[Any]] = {}
        too_new: dict[str, InboxMessage] = {}
        gone: set[int | None] = set()
        for row in rows:
            if row.key in too_new or row.id in gone:
                continue
            try:
                messages[row.id] = self._received(row)
            except TooNew:
                if ages[row.id] > policy_of(row.type).give_up_seconds:
                    raise
                too_new[row.key] = row
                continue
            if not row.fingerprint:
                gone.add(identify(row, decode(record_from(row), handlers=self._handlers, keys=self._keys)))
        return {each: message for each, message in messages.items() if each not in gone}, [*too_new.values()]

    def _received(self, row: InboxMessage) -> Received[Any]:
        """The message once more; code that changed meanwhile may not read it any longer."""
        payload = parse_json(bytes(row.value))
        handler = handler_for(payload, self._handlers)
        return Received(
            message_id=row.message_id,
            type=row.type,
            attempt=row.attempt,
            traceparent=traceparent_of(dict(unquote_headers(row.headers))),
            event=parse(payload, handler, row.key),
        )
