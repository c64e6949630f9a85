"""Whatever stands in a record is its own trouble: it ends handled, duplicate or dead letter, and others go on."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.messaging.kafka.subscription import moment
from services.messaging.message import MessageHandler
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, Note, note, record, signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


def with_header(given, name, value):
    kept = tuple(pair for pair in given.headers if pair[0] != name)
    return replace(given, headers=(*kept, (name, value)))


def receive_beside_a_neighbour(inbox, hostile):
    inbox.receive([record(note("before"), offset=90), hostile, record(note("after", owner="bob"), offset=91)])
    inbox.pending.expect_work()
    inbox.pending.work({("ring", 0)})


@pytest.mark.parametrize("garbage", [b"\x00", b"\xff\xfe", b"00-" + b"z" * 500, b"\xed\xa0\x80"])
def test_garbage_in_a_header_outside_the_signature_changes_nothing(inbox, board, garbage):
    message = note()
    inbox.receive([record(message)])
    for name in ("traceparent", "ce_id", "ce_time", "anything"):
        again = with_header(record(message, offset=1, attempt=2), name, garbage)
        receive_beside_a_neighbour(inbox, again)
    assert board.asked == [("hello", 2)]
    assert DeadLetter.objects.count() == 0


def test_attempt_is_believed_only_where_it_is_signed(inbox, board):
    message = note()
    inbox.receive([record(message)])
    inbox.receive([with_header(record(message, offset=1), "attempt", b"32767")])
    assert DeadLetter.objects.get().reason == "bad_signature"
    inbox.receive([record(message, offset=2, attempt=2)])
    assert board.asked == [("hello", 2)]
    assert InboxMessage.objects.get().attempt == 2


@pytest.mark.parametrize("milliseconds", [0, -1, 2**63 - 1, 253_402_300_800_000, 1_800_000_000_000_000])
def test_time_that_no_clock_shows_is_none(milliseconds):
    assert moment(milliseconds) is None


def test_time_of_a_record_is_its_own():
    assert moment(1_800_000_000_123) == datetime(2027, 1, 15, 8, 0, 0, 123_000, tzinfo=UTC)


class Evil(Exception):
    pass


def raises(payload):
    raise Evil("\0\ud800" * 1000)


class Surprise(Note):
    @property
    def subject(self):
        return [self.note_id]


class NoFingerprint(Note):
    @property
    def fingerprint(self):
        raise RecursionError


def parse_as(kind):
    return lambda payload: kind(uuid.UUID(payload["note_id"]), payload["owner"], payload["text"])


READERS = {
    "raises": raises,
    "nothing": lambda payload: None,
    "subject is a list": parse_as(Surprise),
    "property raises": parse_as(NoFingerprint),
}


@pytest.mark.parametrize("parse", READERS.values(), ids=READERS)
def test_whatever_a_reader_raises_is_the_records_dead_letter(board, parse):
    handlers = {"test.note": MessageHandler(parse, board.handle)}
    Inbox(handlers=handlers, keys=TRUSTED).receive([record(note())])
    assert DeadLetter.objects.get().reason == "invalid"


@pytest.mark.parametrize("owner", ["", "a\0b", "x" * 201, "é" * 201])
def test_key_that_no_column_holds_is_a_dead_letter(inbox, board, owner):
    message = note()
    value = json.dumps({**json.loads(message.encode()), "owner": owner}).encode()
    forged = replace(message, key=owner)
    headers = tuple(pair for pair in record(message).headers if pair[0] != "signature")
    signed = (*headers, ("signature", signature(forged, value).encode()))
    receive_beside_a_neighbour(inbox, record(message, value=value, key=owner.encode(), headers=signed))
    assert DeadLetter.objects.get().reason == "invalid"
    assert board.texts() == ["before", "after"]


def test_duplicate_that_the_handler_fails_on_is_a_dead_letter_and_may_ask_again(board):
    def fail(messages):
        raise Evil("\0")

    inbox = Inbox(handlers={"test.note": MessageHandler(Note.parse, board.handle, fail)}, keys=TRUSTED)
    message = note()
    inbox.receive([record(message)])
    receive_beside_a_neighbour(inbox, record(message, offset=1, attempt=2))
    assert sorted(board.texts()) == ["after", "before", "hello"]
    assert DeadLetter.objects.get().reason == "failed"
    Inbox(handlers=board.handlers, keys=TRUSTED).receive([record(message, offset=2, attempt=2)])
    assert board.asked == [("hello", 2)]


def test_duplicate_in_one_batch_asks_after_what_came_before_it(inbox, board):
    message = note()
    board.on_duplicate = lambda messages: board.asked.append(board.texts())
    Inbox(handlers=board.handlers, keys=TRUSTED).receive([record(message), record(message, offset=1, attempt=2)])
    assert board.asked == [["hello"]]
