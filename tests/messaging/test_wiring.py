import pytest
from django.utils import timezone

from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.operating import wiring
from tests.messaging.ring import HANDLERS, KEYS, note, record
from tests.support.configure import configure


def test_handlers_and_chores_are_those_that_the_settings_name(settings):
    configure(settings, CHORES={"django.utils.timezone.now": 5})
    assert wiring.handlers() is HANDLERS
    assert wiring.chores() == {timezone.now: 5}


def test_path_that_names_nothing_is_told(settings):
    configure(settings, HANDLERS="tests.messaging.ring.NOTHING")
    with pytest.raises(ImportError, match="NOTHING"):
        wiring.handlers()


@pytest.mark.django_db(transaction=True)
def test_inbox_trusts_who_sends_to_it_and_not_its_own_key(settings, board):
    """Else whoever may sign what the service says could sign what it is told."""
    configure(settings, SENDING_KEYS=KEYS, RECEIVING_KEYS={"k2": b"of another service"})
    wiring.inbox().receive([record(note("of our own"))])
    assert DeadLetter.objects.get().reason == "bad_signature"
    configure(settings, RECEIVING_KEYS=KEYS)
    wiring.inbox().receive([record(note("of theirs"))])
    assert InboxMessage.objects.count() == 1
    assert board.texts() == ["of theirs"]
