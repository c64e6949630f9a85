"""Random records, genuine and signed ones with one part altered, through the real decoder and inbox."""

import json
import os
import uuid
from collections import Counter
from dataclasses import replace
from itertools import islice
from random import Random

import pytest
from confluent_kafka import Message as Polled

from services.messaging.kafka.subscription import record_from
from services.messaging.message import Message, MessageHandler
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from services.messaging.signature import sign
from tests.messaging.ring import KEYS, TRUSTED, WRITTEN_AT, Board, Note, note, record, work_off
from tests.support.configure import configure
from tests.support.seed import seed_of_this_run

pytestmark = pytest.mark.django_db(transaction=True)

PROOF = bool(os.environ.get("PROOF"))
COUNT = 20_000 if PROOF else 1_500
LARGEST_BATCH = 50
PARTITIONS = 4
FIELDS = ("message_id", "type", "version", "occurred_at", "note_id", "owner", "text")
STRANGE = ("", "\0", "\ud800", "é" * 300, "NaN", "-1", "32768", "9" * 5_000, "00-" + "z" * 500, "test.note")
REASONS = {"bad_signature", "unreadable", "unknown_type", "unknown_version", "invalid", "conflict"}
NUMBERS = (0, 1, -1, 2, 32_767, 32_768, 2**31, 2**63, 10**4_000, 1.5, float("nan"), float("inf"), True)
MILLISECONDS = (0, -1, 1, 1_800_000_000_000, 1_800_000_000_000_000, 253_402_300_800_000, 2**63 - 1, -(2**63))


class AnsweringBoard(Board):
    """Answers each note, as a service does: what it hands on of a message must be fit for its outbox."""

    def handle(self, messages):
        super().handle(messages)
        self.answer(messages)

    def answer(self, messages):
        answers = [
            Message("test.answer", each.event.subject, each.event.key, WRITTEN_AT, {}, attempt=each.attempt)
            for each in messages
        ]
        enqueue(answers, traceparents=[each.traceparent for each in messages])

    @property
    def handlers(self):
        return {"test.note": MessageHandler(Note.parse, self.handle, self.answer)}


class Storm:
    """Makes records: hostile ones, each beside a genuine neighbour, and often behind the genuine one that it was."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.offset = 0
        self.known = str(uuid.UUID(int=0))
        self.altered = {}  # the place of each hostile record, and what was altered

    def records(self):
        for number in range(COUNT):
            original = note(owner=self.owner(), note_id=self.uuid())
            if self.random.random() < 0.4:
                yield self.genuine(original)
            yield self.hostile(original)
            neighbour = note("neighbour", owner=f"neighbour {number % 20}", note_id=self.uuid())
            yield self.genuine(neighbour)
            self.known = str(neighbour.subject)

    def batches(self):
        records = self.records()
        while batch := list(islice(records, self.random.randint(1, LARGEST_BATCH))):
            yield batch

    def genuine(self, message, attempt=1):
        self.offset += 1
        partition = self.random.randrange(PARTITIONS)
        return record(message, partition=partition, offset=self.offset, attempt=attempt)

    def hostile(self, message):
        given = self.genuine(message, attempt=self.random.choice((1, 2, 32_767)))
        part = self.random.choice(
            ("value", "member", "member", "size", "key", "header", "header", "timestamp", "place", "nothing")
        )
        altered = getattr(self, f"alter_{part}")(given)
        signed = self.random.random() < 0.6
        found = self.as_polled(sign_again(altered) if signed else altered)
        self.altered[found.partition, found.offset] = f"{part}, {'signed' if signed else 'not signed'}"
        return found

    def as_polled(self, given):
        """As the client gives it, with a time that a sender may state."""
        stated = self.random.choice(MILLISECONDS) if given.timestamp is None else 1_800_000_000_123
        kind = self.random.choice((0, 1, 2))
        fields = {name: getattr(given, name) for name in ("topic", "partition", "offset", "key", "value")}
        return record_from(Polled(**fields, headers=list(given.headers), timestamp=(kind, stated)))

    def owner(self):
        return f"owner {self.random.randrange(30)}"

    def uuid(self):
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def bytes(self):
        return self.random.randbytes(self.random.choice((0, 1, 16, 300)))

    def alter_nothing(self, given):
        return given

    def alter_timestamp(self, given):
        return replace(given, timestamp=None)

    def alter_value(self, given):
        value, at = given.value, self.random.randrange(len(given.value))
        flipped = bytes([value[at] ^ 1 << self.random.randrange(8)])
        choices = (None, self.bytes(), value[:at], value[:at] + flipped + value[at + 1 :], b"[" * 30_000, b"9" * 5_000)
        return replace(given, value=self.random.choice(choices))

    def alter_member(self, given):
        name = self.random.choice(FIELDS)
        members = json.loads(given.value)
        if self.random.random() < 0.2:
            del members[name]
        else:
            members[name] = self.anything()
        return replace(given, value=json.dumps(members).encode())

    def anything(self):
        some = (None, {}, [[{"a": 1}]], str(self.uuid()), self.owner())
        choices = (self.known, self.random.choice(some), self.random.choice(STRANGE), self.random.choice(NUMBERS))
        return self.random.choice(choices)

    def alter_size(self, given):
        text = "x" * int(10 ** self.random.uniform(2, 6))
        return replace(given, value=json.dumps({**json.loads(given.value), "text": text}).encode())

    def alter_key(self, given):
        return replace(given, key=self.random.choice((None, b"", self.bytes(), self.owner().encode(), b"\0", b"\xff")))

    def alter_header(self, given):
        headers = list(given.headers)
        at = self.random.randrange(len(headers))
        name, value = headers[at]
        other = self.random.choice((self.bytes(), b"\0", b"\0" * 55, b"0", b"-5", b"32768", b"\xd9\xa3", b"9" * 5_000))
        how = self.random.choice(("value", "name", "drop", "twice"))
        if how == "drop":
            del headers[at]
        elif how == "twice":
            headers.insert(self.random.randrange(len(headers)), (name, other))
        else:
            headers[at] = (name, other) if how == "value" else (self.random.choice(("", "\0", "é", "attempt")), value)
        return replace(given, headers=tuple(headers))

    def alter_place(self, given):
        if self.random.random() < 0.5:
            return replace(given, partition=self.random.randrange(2**31))
        return replace(given, offset=self.random.randrange(2**40, 2**63))


def sign_again(given):
    kept = tuple(pair for pair in given.headers if pair[0] != "signature")
    attempt, key, value = dict(kept).get("attempt", b""), given.key or b"", given.value or b""
    signature = sign(topic=given.topic, key=key, attempt=attempt, value=value, keys=KEYS)
    return replace(given, headers=(*kept, ("signature", signature.encode())))


def ends(places):
    """How often the record of each place was handled or is a dead letter; a duplicate has no row of its own."""
    handled = InboxMessage.objects.exclude(processed_at=None)
    ended = Counter(handled.values_list("partition", "offset"))
    ended.update(DeadLetter.objects.values_list("partition", "offset"))
    return {place: ended[place] for place in places}


@pytest.mark.timeout(1800 if PROOF else 60)
def test_whatever_a_record_holds_it_ends_once_and_its_neighbours_are_handled(board, settings):
    configure(settings, RETRIES={"*": {"give_up_seconds": 0}})
    storm = Storm(seed_of_this_run())
    inbox = Inbox(handlers=AnsweringBoard().handlers, keys=TRUSTED)
    places = []
    for batch in storm.batches():
        inbox.receive(batch)
        work_off(inbox, {each.place for each in batch})
        places += [(each.partition, each.offset) for each in batch]
    ended = ends(places)
    duplicates = sum(InboxMessage.objects.values_list("duplicates", flat=True))
    assert [storm.altered.get(place) for place, times in ended.items() if times > 1] == []
    assert {place for place, times in ended.items() if times == 0} <= storm.altered.keys()
    assert list(ended.values()).count(0) == duplicates
    assert not InboxMessage.objects.filter(processed_at=None, dead_at=None).exists()
    assert set(DeadLetter.objects.values_list("reason", flat=True)) >= REASONS
    # No hint, place or time makes a handler fail: only a member that was signed, and that it cannot bear.
    failed = DeadLetter.objects.filter(reason="failed").values_list("partition", "offset")
    assert {storm.altered.get(place) for place in failed} <= {"member, signed"}
