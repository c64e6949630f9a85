"""Letters that anybody can make fill no disk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from services.messaging.models import DeadLetter
from services.messaging.operating.dismiss import dismiss
from services.messaging.operating.forged import drop_forged_letters
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, note, record
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)

KILOBYTE = 1024


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


def forge(inbox, *offsets, size=10 * KILOBYTE):
    inbox.receive([record(note(), offset=offset, value=b"x" * size, headers=()) for offset in offsets])


def kept():
    return list(DeadLetter.objects.order_by("id").values_list("offset", flat=True))


def test_oldest_go_when_all_are_larger_than_the_settings_say(inbox, settings):
    forge(inbox, *range(10))
    assert drop_forged_letters() == 0
    configure(settings, PRUNE_FORGED_BEYOND_BYTES=45 * KILOBYTE)
    assert drop_forged_letters() == 6
    assert kept() == [6, 7, 8, 9]
    assert drop_forged_letters() == 0


def test_many_go_in_steps(inbox, settings):
    forge(inbox, *range(10))
    configure(settings, PRUNE_FORGED_BEYOND_BYTES=0, PRUNE_STEP=4)
    assert [drop_forged_letters() for _ in range(4)] == [4, 4, 2, 0]


def test_old_ones_go_whatever_their_size(inbox):
    forge(inbox, 1)
    DeadLetter.objects.update(created_at=timezone.now() - timedelta(days=31))
    forge(inbox, 2)
    assert drop_forged_letters() == 1
    assert kept() == [2]


def test_letter_with_a_good_signature_stays_whatever_else_is_wrong(inbox, board, settings):
    configure(settings, PRUNE_FORGED_BEYOND_BYTES=0)
    inbox.receive([record(note(text=7), offset=1)])
    DeadLetter.objects.update(created_at=timezone.now() - timedelta(days=400))
    assert drop_forged_letters() == 0
    assert kept() == [1]


def test_letter_that_somebody_has_dealt_with_keeps_its_history(inbox, settings):
    configure(settings, PRUNE_FORGED_BEYOND_BYTES=0)
    forge(inbox, 1, 2)
    dismiss(DeadLetter.objects.filter(offset=1), by="ann", note="a scanner's")
    assert drop_forged_letters() == 1
    assert kept() == [1]
