"""The inbox: a message has its effect once, however often it is delivered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import structlog
from django.db import transaction
from psycopg.types.json import Jsonb

from ..conf import configuration
from ..faults import fault_point
from ..headers import quote_headers
from ..message import Handlers, KeysBusy
from ..reasons import Outcome, Reason
from ..record import Place, Record
from ..signature import KeyRing
from ..sql import Given, fetch, is_contested, is_of_the_database
from .dead_letters import Refusal, keep_dead_letters
from .decode import Arrival, Identity, TooNew, Unreadable, decode, decode_envelope
from .duplicates import absorb_duplicates, is_known, look_up
from .locks import PartitionsTaken, lock_partitions
from .pending import PendingMessages

logger = structlog.get_logger(__name__)

KEYS_THAT_WAIT = """
SELECT DISTINCT topic, key FROM messaging_inboxmessage
WHERE processed_at IS NULL AND dead_at IS NULL AND key = ANY(%b::text[]) AND topic = ANY(%b::text[])
"""
ARRIVED = Given(
    message_id="uuid",
    type="text",
    subject="uuid",
    key="text",
    topic="text",
    partition="int",
    offset="bigint",
    kafka_timestamp="timestamptz",
    value="bytea",
    headers="jsonb",
    fingerprint="bytea",
    attempt="smallint",
    handled="bool",
)
STORED = ARRIVED.columns_without("handled")
# One that is there already is left as it is: only what is new is returned.
STORE = f"""
INSERT INTO messaging_inboxmessage ({STORED}, received_at, processed_at, next_attempt_at)
SELECT {STORED}, clock_timestamp(), CASE WHEN handled THEN clock_timestamp() END, clock_timestamp()
FROM {ARRIVED}
ORDER BY position
ON CONFLICT (type, subject) DO NOTHING
RETURNING type, subject
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that came together, as far as they can be read."""

    arrivals: list[Arrival] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    too_new: set[str] = field(default_factory=set)  # the keys that wait for newer code

    @property
    def records(self) -> list[Record]:
        return [each.record for each in self.arrivals] + [each.record for each in self.refusals]


class Inbox:
    """Stores records and has their messages handled, under the locks of their partitions."""

    def __init__(self, *, handlers: Handlers, keys: Mapping[str, KeyRing]) -> None:
        self._handlers = handlers
        self._keys = keys
        self.pending = PendingMessages(handlers, keys)

    def receive(self, records: Sequence[Record]) -> None:
        """Keep every record, and handle what can be handled at once, in one transaction.

        On return all are stored: handled, pending, or dead letters; their offsets may be committed. If a handler
        fails, nothing of it remains and the messages are pending. Raises only `PartitionsTaken`, and what the database
        says of itself: then nothing is stored, and the same records may be given again.
        """
        batch = self._decode(records)
        try:
            self._store(batch)
        except KeysBusy as busy:
            self._store_beside(batch, busy.keys)
        except Exception as error:
            self._store_unhandled(batch, error)

    def _store_beside(self, batch: Batch, busy: Collection[str]) -> None:
        """Keep all and handle what has none of these keys; where a handler fails even so, nothing is handled."""
        self.pending.expect_work()
        try:
            self._store(batch, unhandled=busy)
        except Exception as error:
            self._store_unhandled(batch, error)

    def _store_unhandled(self, batch: Batch, error: Exception) -> None:
        """Keep all as pending after a handler's error; raises any other."""
        if ends_the_batch(error):
            raise error
        fault_point("inbox.after_rollback")
        logger.warning("a batch failed and is taken apart", action="batch_failed", exc_info=True)
        self.pending.expect_work()
        self._store(batch, unhandled={arrival.key for arrival in batch.arrivals})

    def wants(self, message_type: str) -> bool:
        """Whether it would keep a message of this type."""
        return message_type in self._handlers or configuration().unhandled == "keep"

    def receive_free(self, records: Sequence[Record]) -> set[Place]:
        """Receive those in partitions that nobody else works on; returns the others' partitions."""
        taken: set[Place] = set()
        while free := [record for record in records if record.place not in taken]:
            try:
                self.receive(free)
            except PartitionsTaken as refused:
                taken |= refused.places
            else:
                break
        return taken

    def lacks(self, records: Sequence[Record]) -> list[Record]:
        """Those of which it has no row, or one with a lower attempt; what cannot be read is lacking."""
        batch = self._decode(records)
        known = look_up({arrival.identity for arrival in batch.arrivals})
        lacking = [each.record for each in batch.arrivals if not is_known(each, known)]
        return [*lacking, *(refusal.record for refusal in batch.refusals)]

    def receive_again(self, record: Record) -> Outcome | Reason:
        """Keep one record that was set aside before, in the caller's transaction; its partition's consumer handles it.

        Returns what became of it, or the reason why it still cannot be handled.
        """
        try:
            arrival = decode(record, handlers=self._handlers, keys=self._keys)
        except Unreadable as error:
            return error.reason
        if insert([arrival], handled=()):
            return Outcome.PENDING
        return Reason.CONFLICT if absorb_duplicates([arrival]) else Outcome.DUPLICATE

    def _decode(self, records: Sequence[Record]) -> Batch:
        batch = Batch()
        for record in records:
            try:
                batch.arrivals.append(decode(record, handlers=self._handlers, keys=self._keys))
            except TooNew as error:
                self._decode_too_new(record, error, batch)
            except Unreadable as error:
                if not is_ignored(error):
                    batch.refusals.append(Refusal(record, error.reason, error.detail))
        return batch

    def _decode_too_new(self, record: Record, error: TooNew, batch: Batch) -> None:
        logger.warning("a message waits for newer code", action="too_new", what=error.detail)
        self.pending.expect_work()
        try:
            arrival = decode_envelope(record, handlers=self._handlers, keys=self._keys)
        except Unreadable as worse:
            batch.refusals.append(Refusal(record, worse.reason, worse.detail))
        else:
            batch.arrivals.append(arrival)
            batch.too_new.add(arrival.key)

    @transaction.atomic
    def _store(self, batch: Batch, *, unhandled: Collection[str] = ()) -> None:
        arrivals = batch.arrivals
        lock_partitions(record.place for record in batch.records)
        keep_dead_letters(batch.refusals)
        if not arrivals:
            return
        left = {*unhandled, *batch.too_new}
        first = first_of_each(arrivals)
        waiting = self._keys_that_wait(arrivals)
        at_once = {
            identity
            for identity, arrival in first.items()
            if arrival.key not in left and (arrival.record.topic, arrival.key) not in waiting
        }
        fresh = insert(first.values(), at_once)
        fault_point("inbox.before_handle")
        to_handle = fresh & at_once
        handle_arrivals([arrival for identity, arrival in first.items() if identity in to_handle])
        # After what came before them in the batch: one that asks for its answer again finds it.
        repeated = [each for each in arrivals if each is not first[each.identity] or each.identity not in fresh]
        absorb_duplicates(repeated, apart=bool(unhandled))
        fault_point("inbox.before_commit")

    def _keys_that_wait(self, arrivals: Sequence[Arrival]) -> set[tuple[str, str]]:
        """With their topics: the same key in two topics is two queues."""
        keys, topics = {arrival.key for arrival in arrivals}, {arrival.record.topic for arrival in arrivals}
        waiting = {(topic, key) for topic, key in fetch(KEYS_THAT_WAIT, [list(keys), list(topics)])}
        if waiting:
            self.pending.expect_work()
        return waiting


def is_ignored(error: Unreadable) -> bool:
    """Whether it is a genuine message of which this service wants to know nothing."""
    return error.reason is Reason.UNKNOWN_TYPE and configuration().unhandled == "ignore"


def ends_the_batch(error: Exception) -> bool:
    """Whether it is not the messages' doing, and no smaller part of them would fare better."""
    return isinstance(error, PartitionsTaken) or (is_of_the_database(error) and not is_contested(error))


def first_of_each(arrivals: Sequence[Arrival]) -> dict[Identity, Arrival]:
    """The first arrival of each message, in the order of arrival."""
    first: dict[Identity, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.identity, arrival)
    return first


def insert(arrivals: Collection[Arrival], handled: Collection[Identity]) -> set[Identity]:
    """Store those that are new, in the order of arrival; returns which were."""
    rows = [as_row(each, handled=each.identity in handled) for each in arrivals]
    return {Identity(*row) for row in fetch(STORE, ARRIVED.arrays(rows))}


def as_row(arrival: Arrival, *, handled: bool) -> dict[str, object]:
    """A row of STORE."""
    record, received = arrival.record, arrival.received
    return {
        "message_id": received.message_id,
        "type": received.type,
        "subject": arrival.identity.subject,
        "key": arrival.key,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "kafka_timestamp": record.timestamp,
        "value": record.value,
        "headers": Jsonb(quote_headers(record.headers)),
        "fingerprint": arrival.fingerprint,
        "attempt": received.attempt,
        "handled": handled,
    }


def handle_arrivals(arrivals: Sequence[Arrival]) -> None:
    """Have the messages handled in order, each run of one type in one call."""
    for _, run in groupby(arrivals, key=lambda arrival: arrival.received.type):
        same = list(run)
        same[0].handler.handle([arrival.received for arrival in same])
