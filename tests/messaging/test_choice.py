from datetime import timedelta

import pytest
from django.utils import timezone

from services.messaging.models import DeadLetter
from services.messaging.operating.choice import Choice, dismissed_letters, open_letters
from services.messaging.operating.dismiss import dismiss, restore

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def letter(number, **fields):
    given = {"source": "inbox", "reason": "failed", "topic": "ring", "type": "test.note", **fields}
    return DeadLetter.objects.create(digest=b"%d" % number, created_at=NOW - timedelta(hours=number), **given).id


@pytest.fixture
def letters():
    letter(9, resolved_at=NOW)
    return [letter(3), letter(2, reason="conflict"), letter(1, type="test.other")]


def chosen(**conditions):
    return [each.id for each in Choice(**conditions).among(open_letters())]


def test_without_a_condition_it_is_all_that_are_open_oldest_first(letters):
    assert Choice().is_empty()
    assert chosen() == letters


def test_each_condition_narrows_it(letters):
    old, middle, new = letters
    assert chosen(reason="failed") == [old, new]
    assert chosen(type="test.note") == [old, middle]
    assert chosen(ids=[new, middle]) == [middle, new]
    assert chosen(since=NOW - timedelta(hours=2)) == [middle, new]
    assert chosen(until=NOW - timedelta(hours=2)) == [old]


def test_conditions_hold_together(letters):
    assert chosen(type="test.note", reason="conflict") == letters[1:2]
    assert not Choice(type="test.note").is_empty()


def test_no_id_is_a_condition_that_nothing_meets(letters):
    assert not Choice(ids=[]).is_empty()
    assert chosen(ids=[]) == []


def test_dismissed_are_those_whose_last_word_that_is(letters):
    """Not those that were redriven, and not those that were restored."""
    old, middle, _ = letters
    dismiss(Choice(ids=[old, middle]).among(open_letters()), by="ann", note="noise")
    restore(Choice(ids=[old]).among(dismissed_letters()), by="ann")
    DeadLetter.objects.filter(id=old).update(resolved_at=NOW)
    assert [each.id for each in dismissed_letters()] == [middle]
