from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from services.messaging.facts import facts
from services.messaging.models import DeadLetter, Redrive
from services.messaging.operating.choice import open_letters
from services.messaging.operating.prune import prune_messages
from services.messaging.operating.redrive import Redriver
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, note, record
from tests.messaging.test_prune import LATER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


@pytest.fixture
def garbage(inbox):
    """Two records that no key of ours signed."""
    records = [record(note("garbage"), offset=offset, headers=(("from", b"nobody"),)) for offset in range(2)]
    inbox.receive(records)
    return records


def run(*words):
    out = StringIO()
    call_command("redrive", *words, "--by=ann", stdout=out)
    return out.getvalue()


def history():
    return list(Redrive.objects.order_by("id").values_list("by", "outcome", "note"))


def redrive(inbox):
    redriver = Redriver(inbox, by="ann", wait=lambda seconds: None)
    return [result.outcome for result in redriver.redrive(open_letters(), rate=1000)]


def dead_letters_of_readyz():
    return next(fact for fact in facts() if fact.name == "dead_letters").take().value


def bytes_of(letter):
    return (letter.key, letter.value, letter.headers)


def test_dismissed_letter_is_counted_no_more_and_says_who_and_why(garbage):
    assert dead_letters_of_readyz() == 2
    assert "done: 2 dismissed by ann: a scanner" in run("--dismiss", "--all", "--note= a scanner ")
    assert dead_letters_of_readyz() == 0
    assert history() == [("ann", "dismissed", "a scanner")] * 2


@pytest.mark.parametrize("words", [[], ["--note="], ["--note=  "]])
def test_nothing_is_dismissed_without_a_note(garbage, words):
    with pytest.raises(CommandError, match="--note"):
        run("--dismiss", "--all", *words)
    assert (open_letters().count(), history()) == (2, [])


def test_only_what_is_chosen_is_dismissed(garbage):
    first, second = open_letters()
    run("--dismiss", "--reason=failed", "--note=noise")
    run("--dismiss", f"--id={second.id}", "--note=noise")
    assert list(open_letters()) == [first]


def test_oldest_are_dismissed_first(garbage):
    second = open_letters().last()
    run("--dismiss", "--all", "--limit=1", "--note=noise")
    assert list(open_letters()) == [second]


def test_dry_run_of_a_dismissal_changes_nothing(garbage):
    assert "dry run: 2 dead letters" in run("--dismiss", "--all", "--dry-run")
    assert (open_letters().count(), history()) == (2, [])


def test_letter_is_dismissed_once(garbage):
    run("--dismiss", "--all", "--note=noise")
    assert "done: 0 dismissed" in run("--dismiss", "--all", "--note=noise")
    assert len(history()) == 2


def test_restored_letter_is_open_again_with_its_history(garbage):
    first = open_letters().first()
    run("--dismiss", "--all", "--note=noise")
    assert "dry run: 2 dead letters" in run("--restore", "--dry-run")
    assert "done: 1 restored by ann" in run("--restore", f"--id={first.id}", "--note=it was ours")
    assert list(open_letters()) == [first]
    assert history() == [("ann", "dismissed", "noise")] * 2 + [("ann", "restored", "it was ours")]


def test_only_dismissed_letters_are_restored(garbage):
    """One that was redriven would have its effect offered again."""
    DeadLetter.objects.update(resolved_at=timezone.now())
    assert "done: 0 restored" in run("--restore", "--all")
    assert open_letters().count() == 0


def test_dismissed_and_restored_at_once_is_refused(garbage):
    with pytest.raises(CommandError, match="not allowed with"):
        run("--dismiss", "--restore", "--all", "--note=noise")


def test_bytes_of_a_dismissed_letter_go_in_time_and_its_reason_and_history_stay(garbage):
    dismissed, left = open_letters()
    run("--dismiss", f"--id={dismissed.id}", "--note=noise")
    assert prune_messages() == 0
    assert prune_messages(now=LATER) == 1
    assert prune_messages(now=LATER) == 0
    assert bytes_of(DeadLetter.objects.get(id=left.id)) == bytes_of(left)
    kept = DeadLetter.objects.get(id=dismissed.id)
    assert bytes_of(kept) == (None, None, [])
    assert (kept.reason, kept.detail, kept.offset) == ("unsigned", dismissed.detail, 0)
    assert history() == [("ann", "dismissed", "noise")]


def test_bytes_of_redriven_and_of_restored_letters_stay(garbage):
    redriven, restored = open_letters()
    run("--dismiss", f"--id={restored.id}", "--note=noise")
    run("--restore", f"--id={restored.id}")
    DeadLetter.objects.filter(id=redriven.id).update(resolved_at=timezone.now())
    assert prune_messages(now=LATER) == 0
    assert [bytes_of(each) for each in DeadLetter.objects.order_by("id")] == [bytes_of(redriven), bytes_of(restored)]


def test_letter_restored_after_its_bytes_went_stays_open_and_says_that_it_is_gone(inbox, garbage):
    run("--dismiss", "--all", "--note=noise")
    prune_messages(now=LATER)
    run("--restore", "--all")
    assert redrive(inbox) == ["gone", "gone"]
    assert open_letters().count() == 2


def test_record_that_comes_again_after_its_letter_was_dismissed_is_open_with_its_bytes(inbox, garbage):
    before = bytes_of(open_letters().first())
    run("--dismiss", "--all", "--note=noise")
    prune_messages(now=LATER)
    inbox.receive(garbage[:1])
    assert bytes_of(open_letters().get()) == before
