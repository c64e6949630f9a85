from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from services.messaging.message import PermanentError
from services.messaging.models import DeadLetter, InboxMessage, PendingDelivery, Redrive
from services.messaging.operating.choice import open_letters
from services.messaging.operating.redrive import Redriver
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from tests.messaging.ring import LAST_FAILURE, TRUSTED, note, record, work_off
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)


def inbox_of(board, keys=TRUSTED):
    return Inbox(handlers=board.handlers, keys=keys)


def work(inbox):
    InboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    return work_off(inbox)


def redrive(board, letters=None, keys=TRUSTED, by="ann"):
    redriver = Redriver(Inbox(handlers=board.handlers, keys=keys), by=by, wait=lambda seconds: None)
    return [done.outcome for done in redriver.redrive(letters if letters is not None else open_letters(), rate=1000)]


def dead(board, text="bad", error=None):
    board.failing[text] = error or PermanentError("no")
    inbox = inbox_of(board)
    inbox.receive([record(note(text))])
    work(inbox)
    board.failing.clear()
    return inbox


def test_dead_message_gets_all_its_attempts_again_and_its_effect(board):
    inbox = dead(board)
    assert redrive(board) == ["pending"]
    row = InboxMessage.objects.get()
    assert (row.dead_at, row.failures) == (None, 0)
    work(inbox)
    assert board.texts() == ["bad"]
    assert list(Redrive.objects.values_list("by", "outcome")) == [("ann", "pending")]
    assert redrive(board) == []


def test_what_dies_again_is_open_again_with_its_history(board):
    inbox = dead(board)
    for round_ in (1, 2):
        assert redrive(board) == ["pending"]
        board.failing["bad"] = RuntimeError("still")
        for _ in range(LAST_FAILURE):
            work(inbox)
        assert {"conflict", "failed"} >= set(open_letters().values_list("reason", flat=True)), round_
        assert open_letters().count() == 1
    assert Redrive.objects.count() == 2
    assert board.texts() == []


def test_unreadable_letter_is_read_with_the_keys_of_today(board):
    message = note("signed with a key that was not known")
    inbox = inbox_of(board, keys={"ring": {"other": b"key"}})
    inbox.receive([record(message)])
    assert DeadLetter.objects.get().reason == "bad_signature"
    assert redrive(board, keys={"ring": {"other": b"key"}}) == ["bad_signature"]
    assert open_letters().count() == 1
    assert redrive(board) == ["pending"]
    work(inbox_of(board))
    assert board.texts() == ["signed with a key that was not known"]


def test_redriven_duplicate_shows_as_such_and_has_no_second_effect(board):
    message = note()
    inbox_of(board, keys={"ring": {"other": b"key"}}).receive([record(message, offset=1)])
    inbox_of(board).receive([record(message, offset=2)])
    assert redrive(board) == ["duplicate"]
    assert board.texts() == ["hello"]
    assert InboxMessage.objects.get().duplicates == 1
    assert open_letters().count() == 0


def test_redriven_contradiction_stays_a_dead_letter(board):
    first = note("first")
    inbox_of(board).receive([record(first)])
    inbox_of(board).receive([record(note("second", note_id=first.subject), offset=7)])
    assert redrive(board) == ["conflict"]
    assert board.texts() == ["first"]
    assert open_letters().count() == 1


def test_forged_letter_that_turns_out_to_contradict_leaves_one_that_says_so(board):
    first = note("first")
    inbox_of(board).receive([record(first)])
    inbox_of(board, keys={"ring": {"other": b"key"}}).receive([record(note("second", note_id=first.subject), offset=7)])
    assert redrive(board) == ["conflict"]
    assert [letter.reason for letter in open_letters()] == ["conflict"]


def test_letter_on_which_the_handler_fails_again_stays_open_and_the_others_go_on(board):
    """One whose sender asked for its answer again: the handler is called at once."""
    message = note()
    inbox = inbox_of(board)
    inbox.receive([record(message, offset=1)])
    board.refusing = RuntimeError("no answer")
    inbox.receive([record(message, offset=2, attempt=2)])
    inbox.receive([record(note("unsigned"), offset=3, headers=())])
    assert redrive(board) == ["failed", "unsigned"]
    assert open_letters().count() == 2
    board.refusing = None
    assert redrive(board) == ["duplicate", "unsigned"]
    assert board.asked == [("hello", 2)]


def test_same_unreadable_record_twice_in_a_batch_is_one_letter(board):
    bad = record(note(), headers=(), offset=4)
    inbox_of(board).receive([bad, bad])
    inbox_of(board).receive([bad])
    assert DeadLetter.objects.count() == 1


def test_message_that_the_broker_refused_is_sent_again(board, ring):
    message = note()
    with transaction.atomic():
        enqueue([message])
    PendingDelivery.objects.all().delete()
    DeadLetter.objects.create(
        source="outbox", reason="refused", topic="t", digest=b"1", type="test.note", subject=message.subject
    )
    assert redrive(board) == ["pending"]
    assert PendingDelivery.objects.get().message.subject == message.subject


def test_redrive_takes_its_time(board):
    """A flood of old messages must not slow what comes new."""
    for offset in range(3):
        inbox_of(board).receive([record(note(), headers=(), offset=offset)])
    waits = []
    redriver = Redriver(inbox_of(board), by="ann", wait=waits.append)
    assert len(list(redriver.redrive(open_letters(), rate=20))) == 3
    assert waits == [1 / 20] * 3


TOO_LONG = "--by=" + "é" * 151


class TestCommand:
    @pytest.fixture(autouse=True)
    def _handlers(self, board, ring, settings):
        configure(settings, RETRIES={"*": {"give_up_seconds": 0}})
        inbox = inbox_of(board)
        board.failing = {"1": RuntimeError("x"), "2": RuntimeError("x")}
        inbox.receive([record(note(str(number), owner=str(number)), offset=number) for number in (1, 2)])
        inbox.receive([record(note("3"), offset=3, headers=())])
        work(inbox)
        board.failing.clear()

    def run(self, *words):
        out = StringIO()
        call_command("redrive", *words, "--rate=1000", "--by=ann", stdout=out)
        return out.getvalue()

    @pytest.mark.parametrize("act", [[], ["--dismiss", "--note=noise"], ["--restore"]])
    def test_refuses_to_guess_which(self, act):
        with pytest.raises(CommandError, match="say which"):
            self.run(*act)

    @pytest.mark.parametrize("wrong", ["--limit=0", "--limit=-1", "--rate=-1", "--since=yesterday", TOO_LONG])
    def test_what_cannot_be_meant_is_an_error_that_says_so(self, wrong):
        with pytest.raises(CommandError, match=wrong.partition("=")[0]):
            call_command("redrive", "--all", wrong)
        assert Redrive.objects.count() == 0

    @pytest.mark.parametrize("act", [[], ["--dismiss", "--note=noise"]])
    def test_whole_of_the_longest_name_is_kept(self, act):
        longest = TOO_LONG.removeprefix("--by=")[1:]
        call_command("redrive", "--all", *act, f"--by={longest}", "--rate=1000", stdout=StringIO())
        assert set(Redrive.objects.values_list("by", flat=True)) == {longest}

    def test_dry_run_without_a_choice_lists_all_that_are_open(self):
        told = self.run("--dry-run")
        assert "dry run: 3 dead letters" in told
        assert all(f"{letter.id}  " in told for letter in open_letters())
        assert (Redrive.objects.count(), open_letters().count()) == (0, 3)

    def test_dry_run_lists_and_changes_nothing(self):
        told = self.run("--all", "--dry-run")
        assert "dry run: 3 dead letters" in told
        assert "test.note" in told
        assert (Redrive.objects.count(), open_letters().count()) == (0, 3)

    def test_by_reason(self):
        told = self.run("--reason=unsigned")
        assert "done: 1 redriven by ann: unsigned 1" in told
        assert "1 of them cannot be handled yet" in told

    def test_by_type_oldest_first_with_a_limit(self):
        assert "done: 1 redriven by ann: pending 1" in self.run("--type=test.note", "--limit=1")
        assert InboxMessage.objects.get(dead_at=None).offset == 1

    def test_by_id(self):
        letter = open_letters().filter(reason="failed").last()
        told = self.run(f"--id={letter.id}")
        assert "done: 1 redriven by ann: pending 1" in told
        assert "cannot be handled yet" not in told
        assert "done: 0 redriven by ann: nothing to do" in self.run(f"--id={letter.id}")

    def test_by_time(self):
        assert "done: 0 redriven" in self.run("--until=2020-01-01")
        assert "done: 3 redriven" in self.run("--since=2020-01-01")
