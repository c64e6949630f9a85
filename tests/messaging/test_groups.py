"""Dead letters of one cause: what makes them one group, and what is told of it."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone

from services.messaging.message import PermanentError
from services.messaging.models import DeadLetter, InboxMessage, Redrive
from services.messaging.operating.choice import Choice, open_letters
from services.messaging.operating.dismiss import dismiss
from services.messaging.operating.groups import dead_again, deeds_on, groups_of
from services.messaging.operating.redrive import Redriver
from services.messaging.operating.skip import skip
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, note, record, work_off

pytestmark = pytest.mark.django_db(transaction=True)


def letter(detail, *, reason="failed", offset=0):
    return DeadLetter.objects.create(
        source="inbox", reason=reason, detail=detail, topic="ring", partition=0, offset=offset, digest=b""
    )


def causes():
    return {(group.reason, group.cause, group.count) for group in groups_of(open_letters())}


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        (f"order {uuid.uuid4()} is gone", f"order {uuid.uuid4()} is gone", "order … is gone"),
        ("ValueError: 17 of 19", "ValueError: 4 of 20", "ValueError: … of …"),
        ("KeyError: 'a b'", "KeyError: 'c'", "KeyError: …"),
        ('no "x"', 'no "y z"', "no …"),
        ("key 7b1c9e52", "key 00ff", "key …"),
        ("a" * 300, "a" * 250, "a" * 200),
        ("", "", ""),
    ],
)
def test_letters_whose_details_differ_in_ids_and_numbers_are_one_group(first, second, cause):
    letter(first)
    letter(second, offset=1)
    assert causes() == {("failed", cause, 2)}


def test_letters_of_other_words_or_another_reason_are_other_groups():
    letter("KeyError: 1")
    letter("ValueError: 1", offset=1)
    letter("KeyError: 1", reason="rejected", offset=2)
    assert causes() == {("failed", "KeyError: …", 1), ("failed", "ValueError: …", 1), ("rejected", "KeyError: …", 1)}


def test_group_says_since_when_and_the_one_that_grew_last_comes_first():
    old, new = letter("a"), letter("b", offset=1)
    again = letter("a", offset=2)
    first, second = groups_of(open_letters())
    assert (first.cause, first.first_at, first.last_at) == ("a", old.created_at, again.created_at)
    assert (second.cause, second.last_at) == ("b", new.created_at)


def test_closed_letters_are_in_no_group():
    letter("a")
    DeadLetter.objects.update(resolved_at=timezone.now())
    assert causes() == set()


def test_group_is_chosen_by_its_cause():
    chosen = letter("KeyError: 7")
    letter("ValueError: 7", offset=1)
    assert list(Choice(reason="failed", cause="KeyError: …").among(open_letters())) == [chosen]


def test_open_letters_are_grouped_from_their_index(django_db_blocker):
    letter("a")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = open_letters().order_by().filter(reason="failed", cause="a").explain()
        cursor.execute("RESET enable_seqscan")
    assert "dead_letter_group" in plan


def test_deeds_tell_who_did_what_to_how_many_and_why():
    for offset in range(3):
        letter("a", offset=offset)
    dismiss(open_letters(), by="ann", note="noise")
    [deed] = deeds_on(DeadLetter.objects.all())
    assert (deed.by, deed.outcome, deed.note, deed.count) == ("ann", "dismissed", "noise", 3)


# --- Replaying ---


@pytest.fixture
def dead(board):
    """A message that its handler rejects, however often."""
    board.failing["bad"] = PermanentError("no")
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    inbox.receive([record(note("bad"))])
    work_off(inbox)
    return inbox


def test_preview_says_what_would_become_of_each_and_changes_nothing(board, dead):
    twin = note()
    Inbox(handlers=board.handlers, keys={"ring": {"other": b"key"}}).receive([record(twin, offset=1)])
    dead.receive([record(twin, offset=2)])
    before = list(InboxMessage.objects.values()), list(DeadLetter.objects.values())
    redriver = Redriver(dead, by="ann")
    assert [done.outcome for done in redriver.preview(open_letters())] == ["pending", "duplicate"]
    assert (list(InboxMessage.objects.values()), list(DeadLetter.objects.values())) == before
    assert not Redrive.objects.exists()


def test_letter_that_dies_again_is_counted_as_such_for_who_replayed_it(dead):
    since = timezone.now()
    assert [done.is_resolved for done in Redriver(dead, by="ann").redrive(open_letters(), rate=1000)] == [True]
    assert dead_again(open_letters()) == 0
    work_off(dead)
    assert dead_again(open_letters()) == dead_again(open_letters(), by="ann", since=since) == 1
    assert dead_again(open_letters(), by="bob", since=since) == 0
    assert dead_again(open_letters(), by="ann", since=timezone.now()) == 0


# --- Skipping ---


def test_failing_message_that_is_skipped_is_a_dead_letter_and_what_waits_behind_it_goes_on(board):
    board.failing["bad"] = RuntimeError("no")
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    bad, behind = note("bad"), note("behind")
    inbox.receive([record(bad), record(behind, offset=1)])
    work_off(inbox)
    assert board.texts() == []
    assert not skip("test.note", behind.subject, by="ann", note="it has not failed")
    assert skip("test.note", bad.subject, by="ann", note="poison")
    InboxMessage.objects.update(next_attempt_at=timezone.now())
    work_off(inbox)
    assert board.texts() == ["behind"]
    [letter] = open_letters()
    assert (letter.reason, letter.detail, letter.subject) == ("failed", "RuntimeError: no", bad.subject)
    assert [(each.by, each.outcome, each.note) for each in letter.redrives.all()] == [("ann", "skipped", "poison")]
    assert not skip("test.note", bad.subject, by="ann", note="again")


def test_skipped_message_can_be_redriven(board):
    board.failing["bad"] = RuntimeError("no")
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    bad = note("bad")
    inbox.receive([record(bad)])
    work_off(inbox)
    skip("test.note", bad.subject, by="ann", note="poison")
    board.failing.clear()
    assert [done.outcome for done in Redriver(inbox, by="ann").redrive(open_letters(), rate=1000)] == ["pending"]
    work_off(inbox)
    assert board.texts() == ["bad"]
