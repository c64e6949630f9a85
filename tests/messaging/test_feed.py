"""What Kafka lost comes by the feed; who may ask for it."""

import io
import json
import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from services.messaging.feed import address, authorization
from services.messaging.message import MessageHandler
from services.messaging.models import DeadLetter, FeedPosition, InboxMessage
from services.messaging.operating import wiring
from services.messaging.processes.leader import lock_number
from services.messaging.receiving import catching_up
from services.messaging.receiving.catching_up import CatchingUp, FeedFailed, read_page
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue, publish
from services.messaging.sending.relay import Relay
from tests.messaging.ring import KEYS, TRUSTED, note, record, work_off
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)

OURS = {"k1": b"a secret of the ring and its reader"}
PATH = "/messaging/feed/ring"


def send(*messages):
    """Have them in the outbox, confirmed by a broker that then lost them."""
    with transaction.atomic():
        enqueue(messages)
    confirm()


def confirm(*, seconds_ago=60):
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM messaging_pendingdelivery RETURNING message_id, attempt)"
            'INSERT INTO messaging_delivery (message_id, attempt, partition, "offset", confirmed_at)'
            "SELECT message_id, attempt, 0, message_id, now() - make_interval(secs => %s)"
            "FROM gone ORDER BY message_id",
            [seconds_ago],
        )


@pytest.fixture
def feed(settings, live_server):
    """The ring reads its own feed."""
    url = live_server.url + PATH
    configure(settings, READERS={"ring": {"ring": OURS}}, FEEDS={"ring": {"url": url, "keys": OURS}})
    return {"url": url, "keys": OURS}


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


@pytest.fixture
def asked(feed, inbox):
    """A reader of the feed, and what it has asked for."""

    def read(after, limit, whole):
        asked.pages.append((after, "whole" if whole else "marks"))
        return read_page("ring", feed, "ring", after, limit, whole)

    asked = CatchingUp("ring", inbox, read)
    asked.pages = []
    return asked


def test_messages_that_never_came_are_taken_in_their_order_and_once(asked, board):
    send(*[note(str(number)) for number in range(120)])
    assert asked.run() == 120
    assert asked.run() == 0
    assert board.texts() == [str(number) for number in range(120)]
    assert FeedPosition.objects.get().lost == 120


def test_messages_that_came_are_passed_by_their_marks_alone(asked, inbox, board):
    came = [note(str(number)) for number in range(10)]
    inbox.receive([record(each, offset=number) for number, each in enumerate(came)])
    send(*came)
    assert asked.run() == 0
    assert asked.pages == [(0, "marks")]
    assert set(InboxMessage.objects.values_list("duplicates", flat=True)) == {0}
    send(note("new"))
    asked.run()
    assert [what for _, what in asked.pages] == ["marks", "marks", "whole"]
    assert board.texts()[-1] == "new"


def test_only_those_that_are_missing_are_taken(asked, inbox, board):
    first, _, third = sent = [note(text) for text in ("1", "2", "3")]
    inbox.receive([record(first), record(third, offset=1)])
    send(*sent)
    assert asked.run() == 1
    assert sorted(board.texts()) == ["1", "2", "3"]
    assert set(InboxMessage.objects.values_list("duplicates", flat=True)) == {0}


def test_message_that_is_on_its_way_is_left_to_kafka(asked, board):
    with transaction.atomic():
        enqueue([note("young")])
    confirm(seconds_ago=0)
    assert asked.run() == 0
    assert board.texts() == []


def test_message_that_commits_late_is_not_passed(asked, board):
    """Its id in the outbox is lower than those that the reader has seen."""
    written, seen = threading.Event(), threading.Event()

    def be_late():
        with transaction.atomic():
            enqueue([note("late")])
            written.set()
            assert seen.wait(20)
        connection.close()

    writer = threading.Thread(target=be_late)
    writer.start()
    assert written.wait(20)
    send(note("early"))
    assert asked.run() == 1
    seen.set()
    writer.join()
    confirm()
    assert asked.run() == 1
    assert board.texts() == ["early", "late"]


def test_all_begins_anew_when_the_sender_is_restored_from_before(asked, board):
    send(note("before"))
    asked.run()
    FeedPosition.objects.update(position=10**9)
    send(note("after"))
    asked.run()
    assert board.texts() == ["before", "after"]
    assert FeedPosition.objects.get().position < 10**9


def test_attempt_that_was_lost_asks_for_its_answer(asked, inbox, board):
    message = note("hello")
    inbox.receive([record(message)])
    send(note("hello", note_id=message.subject, attempt=2))
    assert asked.run() == 1
    assert board.asked == [("hello", 2)]


def test_message_without_a_reading_of_its_own_is_known_by_its_id(feed):
    pages = []

    def read(after, limit, whole):
        pages.append(whole)
        return read_page("ring", feed, "ring", after, limit, whole)

    handlers = {"test.note": MessageHandler(None, lambda messages: None)}
    reader = CatchingUp("ring", Inbox(handlers=handlers, keys=TRUSTED), read)
    send(note("plain"))
    assert [reader.run(), reader.run()] == [1, 0]
    FeedPosition.objects.update(position=0)
    pages.clear()
    assert reader.run() == 0
    assert pages == [False]


@pytest.mark.parametrize(("unhandled", "letters"), [("ignore", 0), ("keep", 1)])
def test_type_without_a_handler_is_ignored_or_kept_as_over_kafka(settings, asked, unhandled, letters):
    configure(settings, UNHANDLED=unhandled)
    with transaction.atomic():
        publish("test.unheard", subject=1, key="ann", payload={})
    confirm()
    asked.run()
    assert DeadLetter.objects.count() == letters
    assert FeedPosition.objects.get().position > 0


def test_message_that_this_reader_does_not_trust_is_a_dead_letter_and_stops_nobody(asked, settings, board):
    configure(settings, KEYS={"ring": {"k1": b"of a stranger"}})
    send(note("foreign"))
    asked.run()
    assert DeadLetter.objects.get().reason == "bad_signature"
    configure(settings, KEYS={"ring": KEYS})
    send(note("ours"))
    asked.run()
    assert board.texts() == ["ours"]


def test_partition_that_another_works_on_is_waited_for(asked, board, direct, monkeypatch):
    monkeypatch.setattr(catching_up, "PATIENCE_SECONDS", 0.1)
    send(note("waits"))
    with direct().transaction() as working:
        working.connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [lock_number("partition of ring")])
        with pytest.raises(FeedFailed, match="all the time"):
            asked.run()
    assert board.texts() == []
    assert asked.run() == 1
    assert board.texts() == ["waits"]


def test_what_the_feed_brings_waits_behind_what_waits_in_its_key(asked, inbox, board):
    board.failing["bad"] = ValueError("not today")
    inbox.receive([record(note("bad"))])
    send(note("next"))
    asked.run()
    assert board.texts() == []
    board.failing.clear()
    InboxMessage.objects.update(next_attempt_at="2026-01-01T00:00:00Z")
    work_off(inbox)
    work_off(inbox)
    assert board.texts() == ["bad", "next"]


def test_real_relay_s_confirmations_are_what_the_feed_tells(topic, direct, settings, live_server, board):
    configure(settings, READERS={topic: {topic: OURS}})
    feed = {"url": f"{live_server.url}/messaging/feed/{topic}", "keys": OURS}
    with transaction.atomic():
        enqueue([note("sent"), note("too")])
    assert Relay(direct).drain() == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_delivery SET confirmed_at = now() - interval '1 minute'")
    inbox = Inbox(handlers=board.handlers, keys={topic: KEYS})
    assert CatchingUp(topic, inbox, partial(read_page, topic, feed, topic)).run() == 2
    assert board.texts() == ["sent", "too"]


def test_chore_heals_and_a_feed_that_is_away_is_told_and_stops_nothing(feed, board, settings, monkeypatch):
    monkeypatch.setattr(wiring, "handlers", lambda: board.handlers)
    gone = {"url": "http://127.0.0.1:9/feed/gone", "keys": OURS}
    configure(
        settings, RECEIVES=["gone", "ring"], KEYS={"gone": KEYS, "ring": KEYS}, FEEDS={"gone": gone, "ring": feed}
    )
    send(note("lost"))
    [chore] = [chore for chore in wiring.chores() if chore.__name__ == "catch_up_with_feeds"]
    assert chore() == 1
    assert board.texts() == ["lost"]


MARK = {"message_id": "0" * 32, "type": "test.note", "subject": "0" * 32, "attempt": 1, "record": None}
PLACED = {"partition": 0, "offset": 0, "key": "", "value": "", "headers": []}


def answering(*marks, following=1):
    return json.dumps({"results": marks, "next": following, "is_last": True}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"results": 7, "next": 1}',
        b'{"results": [{"record": {}}], "next": 1}',
        b"[" * 100_000,
        b'{"results": [], "next": 1e999}',
        answering(following=-1),
        answering(following=2**63),
        answering({**MARK, "message_id": 7}),
        answering({**MARK, "type": "\ud800"}),
        answering({**MARK, "type": "\0"}),
        answering({**MARK, "type": "x" * 101}),
        answering({**MARK, "attempt": 2**15}),
        answering({**MARK, "record": {**PLACED, "partition": 2**31}}),
        answering({**MARK, "record": {**PLACED, "offset": 2**63}}),
        answering({**MARK, "record": {**PLACED, "headers": [[7, 7]]}}),
    ],
)
def test_feed_that_answers_nonsense_has_failed(asked, monkeypatch, body):
    monkeypatch.setattr(catching_up, "urlopen", lambda *_, **__: io.BytesIO(body))
    with pytest.raises(FeedFailed):
        asked.run()
    assert FeedPosition.objects.get().position == 0


def ask(client, path=PATH, *, reader="ring", keys=OURS, **query):
    url = address(f"http://testserver{path}", **{"after": 0, "limit": 5, "whole": False, **query})
    return client.get(url, headers={"Authorization": authorization(url, reader=reader, keys=keys)})


def test_nobody_is_told_anything(client, feed):
    send(note())
    for header in ("", "Feed", "Feed ring;1;v2;k1;x", "Bearer x", "Feed ring;now;v2", f"Feed ring;{10**30};v2;k1;00"):
        answer = client.get(PATH, headers={"Authorization": header})
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"] == "Feed"
    assert ask(client, keys={"k1": b"another"}).status_code == 401
    assert ask(client, reader="stranger").status_code == 401
    assert ask(client).status_code == 200
    assert ask(client)["Cache-Control"].count("no-store") == 1


def test_header_is_good_for_one_page_and_a_minute(client, feed, monkeypatch):
    url = address(f"http://testserver{PATH}", after=0, limit=5, whole=False)
    header = authorization(url, reader="ring", keys=OURS)
    other = address(f"http://testserver{PATH}", after=1, limit=5, whole=False)
    assert client.get(url, headers={"Authorization": header}).status_code == 200
    assert client.get(other, headers={"Authorization": header}).status_code == 401
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 70)
    assert client.get(url, headers={"Authorization": header}).status_code == 401


def test_reader_of_another_topic_is_forbidden(client, settings, feed):
    configure(settings, READERS={"ring": {"ring": OURS}, "other": {"other": {"k1": b"of the other"}}})
    assert ask(client, reader="other", keys={"k1": b"of the other"}).status_code == 403
    assert ask(client, path="/messaging/feed/nothing").status_code == 403


def test_reader_of_two_topics_has_keys_for_each(client, settings, feed):
    """Whichever of them the settings name last."""
    other = {"k1": b"the ring's for the other topic"}
    for readers in (
        {"ring": {"ring": OURS}, "other": {"ring": other}},
        {"other": {"ring": other}, "ring": {"ring": OURS}},
    ):
        configure(settings, READERS=readers)
        assert ask(client).status_code == 200
        assert ask(client, path="/messaging/feed/other", keys=other).status_code == 200
        assert ask(client, keys=other).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"after": -1},
        {"after": "x"},
        {"after": 10**19},
        {"after": "٣"},
        {"limit": 0},
        {"limit": 501},
        {"limit": 51, "whole": True},
        {"whole": 7},
    ],
)
def test_broken_page_is_told_what_is_wanted(client, feed, query):
    answer = ask(client, **query)
    assert answer.status_code == 400
    assert "A whole number from" in answer.json()["detail"]


def test_feed_is_only_read(client, feed):
    assert client.post(PATH).status_code == 405
