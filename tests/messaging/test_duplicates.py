import pytest

from services.messaging.message import KeysBusy, MessageHandler
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, Note, note, record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


def test_highest_attempt_of_a_batch_asks_once(inbox, board):
    message = note()
    inbox.receive([record(message)])
    inbox.receive([record(message, attempt=attempt) for attempt in (2, 4, 3)])
    assert board.asked == [("hello", 4)]
    assert InboxMessage.objects.get().attempt == 4


def test_message_that_still_waits_has_no_answer_to_be_given_again(inbox, board):
    message = note()
    board.failing["hello"] = RuntimeError("boom")
    inbox.receive([record(message)])
    inbox.receive([record(message, attempt=2)])
    assert board.asked == []
    assert InboxMessage.objects.get().attempt == 2


def test_contradiction_asks_for_nothing_and_its_neighbour_does(inbox, board):
    message = note()
    inbox.receive([record(message)])
    inbox.receive([record(note("other", note_id=message.subject), attempt=2), record(message, attempt=3)])
    assert board.asked == [("hello", 3)]
    assert DeadLetter.objects.get().subject == message.subject
    assert InboxMessage.objects.get().duplicates == 1


def test_duplicate_whose_key_is_busy_is_no_dead_letter_and_may_ask_again(inbox, board):
    def refuse(messages):
        raise KeysBusy({"ann"})

    message = note()
    busy = Inbox(handlers={"test.note": MessageHandler(Note.parse, board.handle, refuse)}, keys=TRUSTED)
    busy.receive([record(message)])
    busy.receive([record(message, offset=1, attempt=2), record(note("neighbour", owner="bob"), offset=2)])
    assert board.texts() == ["hello", "neighbour"]
    assert DeadLetter.objects.count() == 0
    inbox.receive([record(message, offset=3, attempt=2)])
    assert board.asked == [("hello", 2)]
