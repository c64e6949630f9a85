import json
from datetime import timedelta

import pytest
from django.utils import timezone

from services.messaging.message import PermanentError
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import LAST_FAILURE, TRUSTED, note, record, signature, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


def resign(message, value):
    """A record of these bytes with a good signature."""
    kept = tuple(pair for pair in record(message).headers if pair[0] != "signature")
    return record(message, value=value, headers=(*kept, ("signature", signature(message, value).encode())))


def changed(message, **fields):
    return resign(message, json.dumps({**json.loads(message.encode()), **fields}).encode())


def make_due():
    InboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def work(inbox):
    return work_off(inbox)


def test_batch_is_handled_in_one_call_in_order(inbox, board):
    inbox.receive([record(note(str(number)), offset=number) for number in range(5)])
    assert board.calls == [["0", "1", "2", "3", "4"]]
    assert board.texts() == ["0", "1", "2", "3", "4"]
    assert InboxMessage.objects.filter(processed_at=None).count() == 0


def test_duplicates_in_a_batch_and_later_have_no_second_effect(inbox, board):
    message = note()
    inbox.receive([record(message, offset=0), record(message, offset=1)])
    inbox.receive([record(message, offset=0)])
    assert board.texts() == ["hello"]
    assert InboxMessage.objects.get().duplicates == 2
    assert board.asked == []


def test_only_a_higher_attempt_asks_for_the_answer_again(inbox, board):
    message = note()
    for attempt in (1, 2, 2, 1, 3):
        inbox.receive([record(message, attempt=attempt)])
    assert board.asked == [("hello", 2), ("hello", 3)]
    assert InboxMessage.objects.get().attempt == 3


def test_same_subject_with_other_content_is_a_dead_letter(inbox, board):
    message = note("first")
    inbox.receive([record(message)])
    inbox.receive([record(note("second", note_id=message.subject), offset=1), record(note("third"), offset=2)])
    assert board.texts() == ["first", "third"]
    assert DeadLetter.objects.get().reason == "conflict"


MESSAGE = note("bad")
UNREADABLE = {
    "unsigned": (record(MESSAGE, headers=()), "unsigned"),
    "altered": (record(MESSAGE, value=MESSAGE.encode() + b" "), "bad_signature"),
    "other key": (record(MESSAGE, key=b"mallory"), "bad_signature"),
    "garbage signature": (record(MESSAGE, headers=(("signature", b"\xff\x00;;"),)), "bad_signature"),
    "no value": (record(MESSAGE, value=None), "bad_signature"),
    "not JSON": (resign(MESSAGE, b"hello"), "unreadable"),
    "not UTF-8": (resign(MESSAGE, b'{"a": "\xff"}'), "unreadable"),
    "a list": (resign(MESSAGE, b"[]"), "unreadable"),
    "NaN": (resign(MESSAGE, b'{"a": NaN}'), "unreadable"),
    "a float": (resign(MESSAGE, b'{"a": 1.5}'), "unreadable"),
    "nested too deep": (resign(MESSAGE, b"[" * 30_000), "unreadable"),
    "unknown type": (changed(MESSAGE, type="test.other"), "unknown_type"),
    "type is a list": (changed(MESSAGE, type=[]), "unknown_type"),
    "version that no step leads from": (changed(MESSAGE, version=0), "unknown_version"),
    "too new, and without a message id": (changed(MESSAGE, version=2, message_id=7), "invalid"),
    "version is true": (changed(MESSAGE, version=True), "unknown_version"),
    "wrong field": (changed(MESSAGE, text=7), "invalid"),
    "key is not the payload's": (changed(MESSAGE, owner="eve"), "invalid"),
    "no message id": (changed(MESSAGE, message_id=None), "invalid"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_kept_raw_and_its_neighbours_settle(inbox, board, case):
    bad, reason = UNREADABLE[case]
    for _ in range(2):  # read again after a crash
        inbox.receive([record(note("before"), offset=1), bad, record(note("after"), offset=2)])
    letter = DeadLetter.objects.get()
    assert letter.reason == reason
    assert (letter.value is None and bad.value is None) or bytes(letter.value) == bad.value
    assert "before" in board.texts()
    assert "after" in board.texts()


def test_failing_message_parks_its_own_key_alone(inbox, board):
    board.failing["bad"] = RuntimeError("boom")
    texts = [("1", "ann"), ("bad", "bob"), ("2", "ann"), ("after bad", "bob"), ("3", "eve")]
    inbox.receive([record(note(text, owner=owner), offset=number) for number, (text, owner) in enumerate(texts)])
    assert board.texts() == []
    started = timezone.now()
    work(inbox)
    assert board.texts() == ["1", "2", "3"]
    bad = InboxMessage.objects.get(processed_at=None, failures=1)
    assert "RuntimeError: boom" in bad.last_error
    assert started + timedelta(seconds=1) <= bad.next_attempt_at <= timezone.now() + timedelta(seconds=1.25)
    InboxMessage.objects.filter(id=bad.id).update(next_attempt_at=timezone.now() + timedelta(hours=1))

    inbox.receive([record(note("later", owner="bob"), offset=9), record(note("4", owner="ann"), offset=10)])
    work(inbox)
    assert board.texts() == ["1", "2", "3", "4"]

    board.failing.clear()
    make_due()
    work(inbox)
    assert board.texts() == ["1", "2", "3", "4", "bad", "after bad", "later"]


def test_last_failure_makes_a_dead_letter_and_frees_the_key(inbox, board):
    board.failing["bad"] = RuntimeError("boom")
    inbox.receive([record(note("bad"), offset=3), record(note("next"), offset=4)])
    for _ in range(LAST_FAILURE):
        assert board.texts() == []
        make_due()
        work(inbox)
    make_due()
    work(inbox)
    assert board.texts() == ["next"]
    letter = DeadLetter.objects.get()
    assert (letter.reason, letter.partition, letter.offset) == ("failed", 0, 3)
    assert InboxMessage.objects.get(dead_at__isnull=False).failures == LAST_FAILURE


def test_what_can_never_succeed_is_not_retried(inbox, board):
    board.failing["bad"] = PermanentError("contradiction")
    inbox.receive([record(note("bad"))])
    work(inbox)
    assert DeadLetter.objects.get().detail == "PermanentError: contradiction"
    assert board.calls == [["bad"], ["bad"]]


def test_pending_messages_of_other_partitions_are_left_alone(inbox, board):
    board.failing["bad"] = RuntimeError("boom")
    inbox.receive([record(note("bad"), partition=3)])
    board.failing.clear()
    assert work(inbox) == 0
    inbox.pending.expect_work()
    assert inbox.pending.work({("ring", 3)}) == 1
    assert board.texts() == ["bad"]


def test_message_that_waits_for_its_next_attempt_holds_up_no_other_key(inbox, board):
    board.failing = {"bad": RuntimeError("boom"), "good": RuntimeError("for once")}
    inbox.receive([record(note("bad", owner="bob"))])
    work(inbox)
    InboxMessage.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    inbox.receive([record(note("good", owner="ann"), offset=1), record(note("behind bad", owner="bob"), offset=2)])
    board.failing = {}
    work(inbox)
    assert board.texts() == ["good"]
