from dataclasses import replace

import pytest
from django.utils import timezone

from services.messaging.headers import unquote_headers
from services.messaging.models import DeadLetter
from services.messaging.operating.redrive import record_from
from services.messaging.reasons import Reason
from services.messaging.receiving.dead_letters import Refusal, keep_dead_letters
from tests.messaging.ring import note, record

pytestmark = pytest.mark.django_db

RECORD = replace(record(note(), offset=4), headers=(("bytes", bytes(range(256))), ("bytes", b"again")))


def keep(record, reason=Reason.UNREADABLE, detail=""):
    keep_dead_letters([Refusal(record, reason, detail)])


def test_record_is_kept_byte_for_byte():
    keep(RECORD)
    assert replace(record_from(DeadLetter.objects.get()), timestamp=RECORD.timestamp) == RECORD


def test_record_read_again_is_kept_once():
    keep(RECORD)
    keep_dead_letters([Refusal(RECORD, Reason.UNREADABLE, "")] * 2)
    assert DeadLetter.objects.count() == 1


@pytest.mark.parametrize("change", [{"offset": 5}, {"partition": 3}, {"topic": "other"}, {"value": b"other"}])
def test_another_record_is_another_letter(change):
    """A broker that lost its data counts from 0 again: the same place is not the same record."""
    keep(RECORD)
    keep(replace(RECORD, **change))
    assert DeadLetter.objects.count() == 2


def test_another_reason_is_another_letter():
    keep(RECORD)
    keep(RECORD, Reason.CONFLICT)
    assert set(DeadLetter.objects.values_list("reason", flat=True)) == {"unreadable", "conflict"}


def test_letter_that_dies_again_is_open_again():
    keep(RECORD)
    DeadLetter.objects.update(resolved_at=timezone.now())
    keep(RECORD)
    assert DeadLetter.objects.get().resolved_at is None


def test_record_of_nothing_is_kept():
    keep(replace(RECORD, key=None, value=None, headers=()))
    letter = DeadLetter.objects.get()
    assert (letter.key, letter.value, unquote_headers(letter.headers)) == (None, None, ())


def test_detail_that_quotes_a_nul_is_kept():
    keep(RECORD, detail="not JSON: \0")
    assert DeadLetter.objects.get().detail.startswith("not JSON: ")
