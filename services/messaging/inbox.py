"""The inbox: a message has its effect once, however often it is delivered."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

import structlog
from django.db import DatabaseError, transaction
from psycopg.types.json import Jsonb

from services.messaging.faults import fault_point
from services.messaging.receiving.dead_letters import Refusal, keep_dead_letters
from services.messaging.receiving.decode import Arrival, Unreadable, decode
from services.messaging.headers import quote_headers
from services.messaging.record import Record
from services.messaging.message import Handlers
from services.messaging.receiving.pending import RetriesPending
from services.messaging.sql import connection_is_lost, fetch, is_transient

logger = structlog.get_logger(__name__)

Identity = tuple[str, object]  # (type, subject)

KEYS_THAT_WAIT = """
SELECT DISTINCT key FROM messaging_inboxmessage
WHERE processed_at IS NULL AND dead_at IS NULL AND key = ANY(%b::text[])
"""
STORE = """
INSERT INTO messaging_inboxmessage (message_id, type, subject, key, topic, partition, "offset", kafka_timestamp, value,
    headers, fingerprint, attempt, received_at, processed_at, next_attempt_at)
SELECT message_id, type, subject, key, topic, partition, "offset", kafka_timestamp, value, headers, fingerprint,
    attempt, clock_timestamp(), CASE WHEN handled THEN clock_timestamp() END, clock_timestamp()
FROM unnest(%b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::text[], %b::int[], %b::bigint[], %b::timestamptz[],
    %b::bytea[], %b::jsonb[], %b::bytea[], %b::smallint[], %b::bool[])
WITH ORDINALITY AS given(message_id, type, subject, key, topic, partition, "offset", kafka_timestamp, value, headers,
    fingerprint, attempt, handled, position)
ORDER BY position
ON CONFLICT (type, subject) DO NOTHING
RETURNING type, subject
"""
KNOWN = """
SELECT type, subject, fingerprint, attempt, processed_at IS NOT NULL
FROM messaging_inboxmessage
WHERE (type, subject) IN (SELECT * FROM unnest(%b::text[], %b::uuid[]))
"""
COUNT_DUPLICATES = """
UPDATE messaging_inboxmessage AS kept SET duplicates = duplicates + 1, attempt = greatest(kept.attempt, given.attempt)
FROM unnest(%b::text[], %b::uuid[], %b::smallint[]) AS given(type, subject, attempt)
WHERE kept.type = given.type AND kept.subject = given.subject
"""


class Inbox:
    """Stores records and has their messages handled. The caller holds the lock of every partition it passes."""

    def __init__(self, *, handlers: Handlers, keys: Mapping[str, bytes]) -> None:
        self._handlers = handlers
        self._keys = keys
        self.retries = RetriesPending(handlers)

    def receive(self, records: Sequence[Record]) -> None:
        """Keep every record, and handle what can be handled at once, in one transaction.

        On return all are stored: handled, pending, or dead letters; their offsets may be committed. If a handler
        fails, nothing of it remains and the messages are pending. Raises only what the database raises about itself
        (lost, deadlock): then nothing is stored, and the same records may be given again.
        """
        arrivals, refusals = self._decode(records)
        try:
            self._store(arrivals, refusals, handle=True)
        except Exception as error:
            if is_transient(error) or (isinstance(error, DatabaseError) and connection_is_lost()):
                raise
            fault_point("inbox.after_rollback")
            logger.warning("a batch failed and is taken apart", action="batch_failed", exc_info=True)
            self._store(arrivals, refusals, handle=False)
            self.retries.expect_work()

    def take_again(self, record: Record) -> str:
        """Keep one record that was set aside before, in the caller's transaction; its partition's consumer handles it.

        Returns `pending`, `duplicate`, `conflict`, or the reason why it still cannot be read.
        """
        try:
            arrival = decode(record, handlers=self._handlers, keys=self._keys)
        except Unreadable as error:
            return error.reason
        if insert([arrival], handled=()):
            return "pending"
        return "conflict" if meet_duplicates([arrival]) else "duplicate"

    def _decode(self, records: Sequence[Record]) -> tuple[list[Arrival], list[Refusal]]:
        arrivals, refusals = [], []
        for record in records:
            try:
                arrivals.append(decode(record, handlers=self._handlers, keys=self._keys))
            except Unreadable as error:
                refusals.append(Refusal(record, error.reason, error.detail))
        return arrivals, refusals

    def _store(self, arrivals: Sequence[Arrival], refusals: Sequence[Refusal], *, handle: bool) -> None:
        with transaction.atomic():
            if refusals:
                keep_dead_letters(refusals)
            if not arrivals:
                return
            first: dict[Identity, Arrival] = {}
            for arrival in arrivals:
                first.setdefault(arrival.identity, arrival)
            waiting = {key for (key,) in fetch(KEYS_THAT_WAIT, [list({arrival.key for arrival in arrivals})])}
            if waiting:
                self.retries.expect_work()
            at_once = {identity for identity, arrival in first.items() if handle and arrival.key not in waiting}
            fresh = insert(list(first.values()), at_once)
            repeated = [each for each in arrivals if each is not first[each.identity] or each.identity not in fresh]
            fault_point("inbox.before_handle")
            meet_duplicates(repeated)
            handle_arrivals([first[identity] for identity in first if identity in fresh and identity in at_once])
            fault_point("inbox.before_commit")


def insert(arrivals: Sequence[Arrival], handled: Collection[Identity]) -> set[Identity]:
    """Store those that are new, in the order of arrival; returns which were."""
    rows = [
        (
            each.received.message_id,
            each.received.type,
            each.received.event.subject,
            each.key,
            each.record.topic,
            each.record.partition,
            each.record.offset,
            each.record.timestamp,
            each.record.value,
            Jsonb(quote_headers(each.record.headers)),
            each.received.event.fingerprint,
            each.received.attempt,
            each.identity in handled,
        )
        for each in arrivals
    ]
    return {(kind, subject) for kind, subject in fetch(STORE, [list(column) for column in zip(*rows, strict=True)])}


def handle_arrivals(arrivals: Sequence[Arrival]) -> None:
    """Have the messages handled in order, each run of one type in one call."""
    for _, run in groupby(arrivals, key=lambda arrival: arrival.received.type):
        same = list(run)
        same[0].handler.handle([arrival.received for arrival in same])


def meet_duplicates(arrivals: Sequence[Arrival]) -> int:
    """Count messages that are there already; tell the handler of those that ask for their answer again.

    One that contradicts what is there (another fingerprint) becomes a dead letter; returns how many did.
    """
    if not arrivals:
        return 0
    identities = list({arrival.identity for arrival in arrivals})
    rows = fetch(KNOWN, [[kind for kind, _ in identities], [subject for _, subject in identities]])
    known = {(kind, subject): (bytes(mark), attempt, processed) for kind, subject, mark, attempt, processed in rows}
    same: dict[Identity, Arrival] = {}
    contradictions = 0
    for arrival in arrivals:
        if known[arrival.identity][0] != arrival.received.event.fingerprint:
            kind, subject = arrival.identity
            contradictions += 1
            detail = "the same subject came before with other content"
            keep_dead_letters([Refusal(arrival.record, "conflict", detail, kind, subject)])
        elif arrival.identity not in same or same[arrival.identity].received.attempt < arrival.received.attempt:
            same[arrival.identity] = arrival
    asking = [
        each for each in same.values() if known[each.identity][2] and each.received.attempt > known[each.identity][1]
    ]
    count(list(same.values()))
    for arrival in asking:
        if arrival.handler.on_duplicate:
            arrival.handler.on_duplicate([arrival.received])
    return contradictions


def count(arrivals: Sequence[Arrival]) -> None:
    if arrivals:
        columns = [(*arrival.identity, arrival.received.attempt) for arrival in arrivals]
        fetch(COUNT_DUPLICATES, [list(column) for column in zip(*columns, strict=True)])
