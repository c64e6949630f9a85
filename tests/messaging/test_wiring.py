import pytest
from django.utils import timezone

from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.operating import wiring
from services.messaging.operating.forged import drop_forged_letters
from services.messaging.operating.prune import prune_messages
from tests.messaging.ring import KEYS, note, record
from tests.support.configure import configure


def test_chores_are_those_that_the_settings_name_and_tidying_up(settings):
    configure(settings, CHORES={"django.utils.timezone.now": 5})
    assert wiring.chores() == {timezone.now: 5, prune_messages: 5, drop_forged_letters: 5}


def test_path_that_names_nothing_is_told(settings):
    configure(settings, CHORES={"tests.messaging.ring.NOTHING": 5})
    with pytest.raises(ImportError, match="NOTHING"):
        wiring.chores()


@pytest.mark.django_db(transaction=True)
def test_inbox_trusts_who_sends_to_that_topic_and_not_its_own_key(settings, board, monkeypatch):
    """Else whoever may sign what the service says could sign what it is told."""
    monkeypatch.setattr(wiring, "handlers", lambda: board.handlers)
    configure(settings, SENDS={"*": "out"}, RECEIVES=["ring"], KEYS={"out": KEYS, "ring": {"k2": b"of another"}})
    wiring.inbox().receive([record(note("of our own")), record(note("to our own topic"), topic="out")])
    assert set(DeadLetter.objects.values_list("topic", "reason")) == {
        ("ring", "bad_signature"),
        ("out", "bad_signature"),
    }
    configure(settings, KEYS={"ring": KEYS})
    wiring.inbox().receive([record(note("of theirs"))])
    assert InboxMessage.objects.count() == 1
    assert board.texts() == ["of theirs"]
