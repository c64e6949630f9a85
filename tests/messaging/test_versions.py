"""Old and new code side by side: what is too old is brought up to date, and what is too new waits for newer code."""

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from services.messaging.message import Message, MessageHandler, digest
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.receiving.consumer import Consumer
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, WRITTEN_AT, Board, record, work_off
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Letter:
    """As version 2 has it: version 1 had no language."""

    subject: uuid.UUID
    key: str
    text: str
    language: str

    @classmethod
    def parse(cls, payload):
        return cls(uuid.UUID(payload["letter_id"]), payload["owner"], payload["text"], payload["language"])

    @property
    def fingerprint(self):
        return digest(self.subject, self.key, self.text, self.language)


def letter(text="hello", owner="ann", version=1, **changes):
    subject = changes.pop("subject", None) or uuid.uuid4()
    payload = {"letter_id": str(subject), "owner": owner, "text": text}
    if version > 1:
        payload |= {"language": "en"}
    return Message("test.letter", subject, owner, WRITTEN_AT, payload, version=version, **changes)


def in_english(payload):
    return {**payload, "language": "en"}


class Code(Board):
    """What a process runs: it reads these versions, and knows these steps to them."""

    def __init__(self, versions, upcasts=None, parse=Letter.parse):
        super().__init__()
        self._changes = {"versions": frozenset(versions), "upcasts": upcasts or {}, "parse": parse}

    @property
    def handlers(self):
        handler = MessageHandler(None, self.handle, self.on_duplicate)
        return {"test.letter": replace(handler, **self._changes)}

    def inbox(self):
        return Inbox(handlers=self.handlers, keys=TRUSTED)


@pytest.fixture
def old(board):
    return Code([1], parse=lambda payload: Letter.parse(in_english(payload)))


@pytest.fixture
def new(board):
    return Code([2], {1: in_english})


def make_due():
    InboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def work(inbox):
    make_due()
    return work_off(inbox)


def test_older_version_is_brought_up_to_date_step_by_step(board):
    steps = {1: lambda payload: {**payload, "text": f"{payload['text']}, 2"}, 2: in_english}
    code = Code([3], steps)
    code.inbox().receive([record(letter())])
    assert (board.texts(), DeadLetter.objects.count()) == (["hello, 2"], 0)


def test_step_cannot_change_the_envelope_and_reads_a_copy(board):
    def forge(payload):
        payload.update(language="en", message_id="forged", version=7, type="test.other")
        return payload

    message = letter()
    Code([2], {1: forge}).inbox().receive([record(message)])
    assert board.texts() == ["hello"]
    assert InboxMessage.objects.get().message_id == message.message_id


def test_older_version_that_no_step_leads_from_is_a_dead_letter_at_once(board):
    Code([3], {2: in_english}).inbox().receive([record(letter())])
    assert (DeadLetter.objects.get().reason, InboxMessage.objects.count()) == ("unknown_version", 0)


def test_step_that_fails_makes_a_dead_letter_of_its_message_alone(board):
    code = Code([2], {1: lambda payload: {"language": payload["nothing"]}})
    code.inbox().receive([record(letter()), record(letter("new", version=2), offset=1)])
    assert (DeadLetter.objects.get().reason, board.texts()) == ("invalid", ["new"])


def test_message_that_is_too_new_waits_with_its_key_and_newer_code_handles_it(old, new, board):
    inbox = old.inbox()
    texts = [("1", "ann", 1), ("2", "ann", 2), ("3", "ann", 1), ("4", "bob", 1)]
    inbox.receive([record(letter(text, owner, version), offset=n) for n, (text, owner, version) in enumerate(texts)])
    assert board.texts() == ["4"]
    for _ in range(5):
        work(inbox)
    assert board.texts() == ["4", "1"]
    assert set(InboxMessage.objects.filter(processed_at=None).values_list("failures", "last_error")) == {(0, "")}
    work(new.inbox())
    assert board.texts() == ["4", "1", "2", "3"]
    assert (DeadLetter.objects.count(), InboxMessage.objects.filter(processed_at=None).count()) == (0, 0)


def test_what_waits_for_newer_code_is_looked_at_at_least_once_a_second(old):
    old.inbox().receive([record(letter(version=2))])
    InboxMessage.objects.update(received_at=timezone.now() - timedelta(minutes=6))
    work(old.inbox())
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_attempt_at - clock_timestamp() <= interval '1 s' FROM messaging_inboxmessage")
        assert cursor.fetchone() == (True,)


def test_message_that_is_too_new_dies_when_its_policy_gives_up_and_frees_its_key(old, board, settings):
    configure(settings, RETRIES={"*": {"give_up_seconds": 3600}})
    inbox = old.inbox()
    inbox.receive([record(letter("too new", version=2)), record(letter("next"), offset=1)])
    for minutes, dead in ((59, 0), (61, 1)):
        InboxMessage.objects.update(received_at=timezone.now() - timedelta(minutes=minutes))
        work(inbox)
        assert DeadLetter.objects.filter(reason="unknown_version").count() == dead
    work(inbox)
    assert board.texts() == ["next"]


def test_copies_of_what_waits_are_counted_and_other_content_is_a_contradiction(old, new, board):
    first = letter(version=2)
    liar = letter("lie", version=2, subject=first.subject)
    old.inbox().receive([record(first), record(first, offset=1), record(liar, offset=2)])
    old.inbox().receive([record(first, attempt=2, offset=3)])
    work(new.inbox())
    assert board.texts() == ["hello"]
    assert list(InboxMessage.objects.values_list("subject", "duplicates", "attempt")) == [(first.subject, 2, 2)]
    assert DeadLetter.objects.get().reason == "conflict"


@pytest.mark.parametrize("handled", [False, True])
def test_copy_that_came_to_newer_code_meanwhile_has_no_second_effect(old, new, board, handled):
    message, between = letter("1", version=2), letter("2", version=2)
    if handled:
        new.inbox().receive([record(message)])
    old.inbox().receive([record(message, offset=1), record(between, offset=2)])
    new.inbox().receive([record(message, attempt=2, offset=3)])
    work(new.inbox())
    assert board.texts() == ["1", "2"]
    kept = InboxMessage.objects.get(subject=message.subject)
    assert (kept.attempt, kept.processed_at is None, DeadLetter.objects.count()) == (2, False, 0)
    assert InboxMessage.objects.count() == 2


def test_newer_code_answers_again_what_older_code_kept_unread(old, new, board):
    message = letter(version=2)
    new.inbox().receive([record(message)])
    old.inbox().receive([record(message, attempt=2, offset=1)])
    assert new.asked == []
    work(new.inbox())
    assert new.asked == [("hello", 2)]
    assert (board.texts(), InboxMessage.objects.count()) == (["hello"], 1)


def test_older_code_answers_nothing_that_it_cannot_read(board):
    new, old = Code([2], parse=None), Code([1], parse=None)
    new.handle = old.handle = lambda messages: None
    message = letter(version=2)
    new.inbox().receive([record(message)])
    old.inbox().receive([record(message, attempt=2, offset=1)])
    assert (old.asked, DeadLetter.objects.count(), InboxMessage.objects.get().duplicates) == ([], 0, 1)


def test_same_bytes_are_no_contradiction_to_code_that_reads_them_otherwise(old, new, board):
    loud = Code([2], {1: lambda payload: {**payload, "language": "fr"}})
    message = letter()
    old.inbox().receive([record(message)])
    loud.inbox().receive([record(message, offset=1), record(letter("lie", subject=message.subject), offset=2)])
    assert (board.texts(), InboxMessage.objects.get().duplicates) == (["hello"], 1)
    assert [(each.reason, each.offset) for each in DeadLetter.objects.all()] == [("conflict", 2)]


class Log:
    """A topic of four partitions, shared out between two members of a group, anew whenever it is told to."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.records = defaultdict(list)
        self.committed = defaultdict(int)
        self.members = []

    def append(self, message):
        partition = sum(message.key.encode()) % 4
        kept = self.records["ring", partition]
        kept.append(record(message, partition=partition, offset=len(kept)))

    def subscribe(self, topics, *, on_assign, on_revoke):
        self.members.append(Member(self, on_assign, on_revoke))
        return self.members[-1]

    def share_out(self):
        places = {place: self.random.choice(self.members) for place in self.records}
        for member in self.members:
            member.lose()
        for member in self.members:
            member.take({place for place, owner in places.items() if owner is member})

    def is_read(self):
        return all(self.committed[place] == len(kept) for place, kept in self.records.items())


class Member:
    """Reads on from what is committed, as a member of a group does."""

    def __init__(self, log, on_assign, on_revoke):
        self.log, self.on_assign, self.on_revoke = log, on_assign, on_revoke
        self.at = {}

    def take(self, places):
        self.at = {place: self.log.committed[place] for place in places}
        self.on_assign(places)

    def lose(self):
        self.on_revoke(set(self.at))
        self.at = {}

    def poll(self, seconds, limit):
        polled = []
        for place, start in self.at.items():
            some = self.log.records[place][start : start + self.log.random.randint(1, 20)]
            self.at[place] += len(some)
            polled += some
        return polled

    def commit(self, records):
        for each in records:
            if self.log.random.random() < 0.8:  # one that is not committed comes again to whoever is next
                self.log.committed[each.place] = max(self.log.committed[each.place], each.offset + 1)

    def pause(self, places): ...

    def resume(self, places): ...

    def answers(self):
        return True

    def close(self):
        self.log.members.remove(self)
        self.lose()


def messages_of_both_versions(count):
    sent = [letter(f"{number}", f"owner {number % 40}", 1 + (number * 7 // 3) % 2) for number in range(count)]
    return {message.payload["text"]: message for message in sent}


def test_rolling_deploy_under_load_kills_nothing_leaves_nothing_and_keeps_the_order_of_keys(old, board):
    """Half of the messages are too new for the old process, and partitions move between it and the new one."""
    new, log, sent = (
        Code([1, 2], parse=lambda each: Letter.parse(in_english(each))),
        Log(11),
        messages_of_both_versions(1000),
    )
    consumers = [Consumer(["ring"], code.inbox(), log.subscribe) for code in (old, new)]
    waiting = list(sent.values())
    while waiting:
        for message in waiting[:25]:
            log.append(message)
            if log.random.random() < 0.2:
                log.append(message)
        waiting = waiting[25:]
        log.share_out()
        for consumer in consumers:
            consumer.step()
    assert InboxMessage.objects.filter(fingerprint=b"").exists()  # some do wait for the new process
    consumers[0].close()
    log.share_out()
    while not log.is_read() or InboxMessage.objects.filter(processed_at=None, dead_at=None).exists():
        consumers[1].step()
        if not log.is_read():
            log.share_out()  # what was not committed is read again

    order = defaultdict(list)
    for text in board.texts():
        order[sent[text].key].append(int(text))
    assert sorted(board.texts(), key=int) == list(sent)
    assert all(numbers == sorted(numbers) for numbers in order.values())
    assert (DeadLetter.objects.count(), InboxMessage.objects.count()) == (0, len(sent))
