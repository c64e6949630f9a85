import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from services.messaging.models import DeadLetter, Delivery, InboxMessage, OutboxMessage, PendingDelivery
from services.messaging.operating.prune import prune_messages
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from tests.messaging.ring import TRUSTED, note, record
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timezone.now() + timedelta(days=400)


def send(*messages):
    with transaction.atomic():
        enqueue(messages)


def confirm(*messages):
    """As the relay marks what the broker confirmed."""
    for row in OutboxMessage.objects.filter(subject__in=[each.subject for each in messages]):
        Delivery.objects.create(message=row, attempt=1, partition=0, offset=row.id)
        PendingDelivery.objects.filter(message=row).delete()


def test_sent_messages_go_and_unsent_ones_stay_whatever_their_age(ring, board, settings):
    messages = [note(str(number)) for number in range(10)]
    send(*messages)
    confirm(*messages[:6])
    send(messages[0])  # enqueued again: it waits
    configure(settings, PRUNE_STEP=2)
    assert prune_messages(now=timezone.now()) == 0
    assert prune_messages(now=LATER) == 5
    left = set(OutboxMessage.objects.values_list("subject", flat=True))
    assert left == {messages[0].subject, *(each.subject for each in messages[6:])}
    assert set(Delivery.objects.values_list("message__subject", flat=True)) == {messages[0].subject}
    assert PendingDelivery.objects.count() == 5


def test_processed_messages_go_and_pending_and_dead_ones_stay(ring, board):
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    inbox.receive([record(note(str(number)), offset=number) for number in range(5)])
    inbox.receive([record(note("unsigned"), offset=8, headers=())])
    board.failing["pending"] = RuntimeError("boom")
    inbox.receive([record(note("pending", owner="bob"), offset=9)])
    inbox.receive([record(note("dead", owner="eve"), offset=10)])
    InboxMessage.objects.filter(offset=10).update(processed_at=None, dead_at=timezone.now())
    call_command("prune_messages", verbosity=0)
    assert InboxMessage.objects.count() == 7
    assert prune_messages(now=LATER) == 5
    assert set(InboxMessage.objects.values_list("offset", flat=True)) == {9, 10}
    assert DeadLetter.objects.count() == 1


def test_message_enqueued_again_while_it_is_pruned_is_not_lost(ring, board):
    message = note()
    send(message)
    confirm(message)
    locked, pruned = threading.Event(), threading.Event()

    def enqueue_slowly():
        with transaction.atomic():
            enqueue([message])
            locked.set()
            pruned.wait(5)
        connection.close()

    writer = threading.Thread(target=enqueue_slowly)
    writer.start()
    locked.wait(5)
    prune_messages(now=LATER)
    pruned.set()
    writer.join()
    assert PendingDelivery.objects.get().message.subject == message.subject


def test_message_that_comes_again_after_its_row_was_pruned_is_offered_to_the_handler_again(ring, board):
    """So handlers must have their own memory of money; payments has the settlement."""
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    message = note()
    inbox.receive([record(message)])
    prune_messages(now=LATER)
    inbox.receive([record(message)])
    assert board.texts() == ["hello", "hello"]


def test_vacuum_comes_early_to_the_tables_of_messages(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class WHERE relname LIKE 'messaging_%' AND relkind = 'r'")
        settings = dict(cursor.fetchall())
    for table in ("pendingdelivery", "outboxmessage", "inboxmessage", "delivery"):
        assert "autovacuum_vacuum_scale_factor=0" in settings[f"messaging_{table}"]
