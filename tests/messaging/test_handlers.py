import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured

from services.messaging import handlers as module
from services.messaging.handlers import handler, handlers
from services.messaging.message import Message, identity, message_id
from services.messaging.models import DeadLetter, InboxMessage, OutboxMessage
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import publish
from tests.messaging.ring import TRUSTED, WRITTEN_AT, record, work_off
from tests.support.configure import configure

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture(autouse=True)
def only(monkeypatch):
    """Handlers of one test are not those of the next."""
    monkeypatch.setattr(module, "_registered", {})


@pytest.fixture
def inbox(transactional_db):
    return Inbox(handlers=handlers(), keys=TRUSTED)


def moved(place="Rome", **changes):
    fields = {"type": "test.moved", "subject": 7, "key": "ann", "occurred_at": WRITTEN_AT}
    return Message(**{**fields, "payload": {"place": place}, **changes})


def test_type_with_two_handlers_is_refused_by_both_their_names():
    @handler("test.moved")
    def one(message): ...

    with pytest.raises(ImproperlyConfigured, match=r"test.moved has two handlers: .*one and .*two"):

        @handler("test.moved")
        def two(message): ...


def test_handler_without_a_reading_gets_the_payload_one_message_at_a_time(inbox):
    seen = []

    @handler("test.moved")
    def note_it(message):
        seen.append((message.event["place"], message.event.key))

    inbox.receive([record(moved()), record(moved("Oslo", subject="eight"), offset=1)])
    assert seen == [("Rome", "ann"), ("Oslo", "ann")]


def test_same_payload_again_is_a_duplicate_and_another_one_a_contradiction(inbox):
    seen = []
    handler("test.moved")(lambda message: seen.append(message.event["place"]))
    inbox.receive([record(moved())])
    inbox.receive([record(moved(), offset=1), record(moved("Oslo"), offset=2)])
    assert seen == ["Rome"]
    assert InboxMessage.objects.get().duplicates == 1
    assert DeadLetter.objects.get().reason == "conflict"


def test_revisions_of_one_subject_are_messages_of_their_own(inbox):
    seen = []
    handler("test.moved")(lambda message: seen.append(message.event["place"]))
    inbox.receive([record(moved(place, revision=n), offset=n) for n, place in enumerate(["Rome", "Oslo", "Bath"])])
    inbox.receive([record(moved("Oslo", revision=1), offset=9)])
    assert seen == ["Rome", "Oslo", "Bath"]


def test_payload_that_failed_is_read_again_with_its_key(inbox):
    failures, seen = [RuntimeError("boom")], []

    @handler("test.moved")
    def note_it(message):
        if failures:
            raise failures.pop()
        seen.append((message.event["place"], message.event.key))

    inbox.receive([record(moved())])
    assert work_off(inbox) == 1
    assert seen == [("Rome", "ann")]


def test_answer_carries_the_trace_of_the_message_that_it_answers(inbox, ring):
    @handler("test.moved")
    def answer(message):
        publish("test.welcomed", subject=message.event["place"], key="ann", payload={})

    traces = [TRACE.replace("a", digit) for digit in "123"]
    places = ["Rome", "Oslo", "Bath"]
    arrivals = [record(moved(place, subject=place), offset=n) for n, place in enumerate(places)]
    inbox.receive([with_trace(each, trace) for each, trace in zip(arrivals, traces, strict=True)])
    assert [row.headers["traceparent"] for row in OutboxMessage.objects.order_by("id")] == traces


def with_trace(arrival, traceparent):
    headers = {**dict(arrival.headers), "traceparent": traceparent.encode()}
    return type(arrival)(**{**{n: getattr(arrival, n) for n in arrival.__slots__}, "headers": tuple(headers.items())})


def test_genuine_message_that_nobody_handles_is_passed_over_or_kept_as_the_setting_says(inbox, settings):
    configure(settings, UNHANDLED="ignore")
    inbox.receive([record(moved()), record(moved("Oslo", subject=8), offset=1, headers=())])
    assert [letter.reason for letter in DeadLetter.objects.all()] == ["unsigned"]
    configure(settings, UNHANDLED="keep")
    inbox.receive([record(moved(), offset=2)])
    assert DeadLetter.objects.get(offset=2).reason == "unknown_type"


def test_key_that_waits_in_one_topic_holds_up_no_other_topic(transactional_db):
    seen, failing = [], {"Rome"}

    @handler("test.moved")
    def note_it(message):
        if message.event["place"] in failing:
            raise RuntimeError("boom")
        seen.append(message.event["place"])

    both = Inbox(handlers=handlers(), keys={"ring": TRUSTED["ring"], "other": TRUSTED["ring"]})
    both.receive([record(moved("Rome"))])
    work_off(both)
    both.receive([record(moved("Oslo", subject=8), topic="other")])
    assert seen == ["Oslo"]
    failing.add("Bath")
    both.receive([record(moved("Bath", subject=9), topic="other", offset=1)])
    failing.clear()
    work_off(both, {("other", 0)})
    assert seen == ["Oslo", "Bath"]


@pytest.mark.parametrize(("one", "other", "same"), [(7, "7", True), ("a", "b", False), ("a:b", "a", False)])
def test_identity_is_of_the_subjects_text(one, other, same):
    assert (identity(one) == identity(other)) is same


def test_identity_of_a_uuid_is_itself_and_of_a_revision_another():
    subject = uuid.uuid4()
    assert identity(subject) == subject
    assert len({identity(subject), identity(subject, 1), identity(subject, 2), identity("a:1"), identity("a", 1)}) == 5
    assert message_id("test.moved", identity(7)) == moved().message_id
