"""The pytest plugin, used as a stranger would."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import transaction

from services.messaging import publish
from services.messaging.message import Message, MessageHandler
from services.messaging.models import InboxMessage, OutboxMessage
from services.messaging.testing import State
from tests.messaging import ring
from tests.messaging.ring import Note, note


@pytest.fixture
def on_board(board, monkeypatch):
    """The project's handlers write on the board."""
    monkeypatch.setattr("services.messaging.testing.handlers", lambda: board.handlers)
    return board


@pytest.mark.django_db
def test_outbox_tells_what_was_sent_as_it_can_be_sent_again(outbox):
    moment = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    with transaction.atomic():
        publish("test.first", subject=7, key="ann", payload={"n": 1}, occurred_at=moment)
        publish("test.second", subject="x", key="bob", payload={"n": 2})
    first, second = outbox.sent
    assert (first.type, first.key, first.payload, first.occurred_at) == ("test.first", "ann", {"n": 1}, moment)
    assert outbox.of_type("test.second") == [second]
    assert [each.encode() for each in outbox.sent] == [bytes(row.value) for row in OutboxMessage.objects.order_by("id")]


@pytest.mark.django_db(transaction=True)
def test_message_is_delivered_through_inbox_and_handler_and_once(deliver, on_board):
    message = note("hello")
    assert [deliver(message).state, deliver(message).state] == [State.HANDLED, State.DUPLICATE]
    assert on_board.texts() == ["hello"]
    assert InboxMessage.objects.get().duplicates == 1


@pytest.mark.django_db(transaction=True)
def test_failure_of_a_handler_is_told_and_the_message_waits(deliver, on_board):
    on_board.failing["bad"] = RuntimeError("not today")
    found = deliver(note("bad"))
    assert (found.state, found.why) == (State.WAITING, "RuntimeError: not today")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("message", "why"),
    [
        (note(text=7), "invalid: ValueError: text"),
        (Message("test.unheard", 1, "ann", ring.WRITTEN_AT, {}), "unknown_type: 'test.unheard'"),
    ],
)
def test_dead_letter_says_why(deliver, message, why):
    found = deliver(message)
    assert (found.state, found.why) == (State.DEAD, why)


@pytest.mark.django_db
def test_message_that_nobody_takes_is_ignored_where_the_settings_say_so(deliver, settings):
    settings.MESSAGING = {**settings.MESSAGING, "UNHANDLED": "ignore"}
    assert deliver(Message("test.unheard", 1, "ann", ring.WRITTEN_AT, {})).state is State.IGNORED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["inbox.before_handle", "inbox.before_commit"])
def test_crash_leaves_what_was_committed_and_the_message_comes_again(deliver, crash_at, on_board, point):
    with crash_at(point):
        deliver(note("hello"))
    assert (on_board.texts(), InboxMessage.objects.count()) == ([], 0)
    assert deliver(note("hello")).state is State.HANDLED


@pytest.mark.django_db(transaction=True)
def test_point_that_is_never_reached_fails_the_test(deliver, crash_at, on_board):
    with (
        pytest.raises(pytest.fail.Exception, match=r"relay.before_mark was never reached"),
        crash_at("relay.before_mark"),
    ):
        deliver(note("hello"))
    assert on_board.texts() == ["hello"]


def test_point_that_nobody_has_is_told_with_those_there_are(crash_at):
    with (
        pytest.raises(pytest.fail.Exception, match=r"no app has the point relay.x: .*relay.before_send"),
        crash_at("relay.x"),
    ):
        pass


@pytest.mark.django_db
def test_deliver_runs_the_handler_of_the_project(deliver, monkeypatch):
    seen = []
    known = {
        "test.note": MessageHandler(Note.parse, lambda messages: seen.extend(each.event.text for each in messages))
    }
    monkeypatch.setattr("services.messaging.testing.handlers", lambda: known)
    assert deliver(note("hello")).state is State.HANDLED
    assert seen == ["hello"]


def test_plugin_is_loaded_before_django_is_set_up():
    code = "import services.messaging.testing"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env={})
    assert done.returncode == 0, done.stderr
