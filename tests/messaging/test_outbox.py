import json

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from services.messaging.message import message_id
from services.messaging.models import OutboxMessage, PendingDelivery
from services.messaging.sending.outbox import WAKE_CHANNEL, enqueue, pending_subjects
from services.messaging.signature import BadSignature, verify
from tests.messaging.ring import KEYS, note

pytestmark = pytest.mark.django_db(transaction=True)


def test_enqueue_refuses_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        enqueue([note()])
    assert OutboxMessage.objects.count() == 0


def test_message_shares_the_fate_of_its_transaction(ring):
    with transaction.atomic():
        enqueue([note()])
        transaction.set_rollback(True)
    assert (OutboxMessage.objects.count(), PendingDelivery.objects.count()) == (0, 0)


def test_stored_bytes_are_those_that_are_signed(ring):
    message = note("Привет")
    with transaction.atomic():
        enqueue([message])
    row = OutboxMessage.objects.get()
    payload = json.loads(bytes(row.value))
    assert payload["message_id"] == str(message_id("test.note", message.subject)) == str(row.message_id)
    assert payload["text"] == "Привет"
    assert row.headers["ce_subject"] == str(message.subject)
    assert row.headers["traceparent"].startswith("00-")
    verify(row.headers["signature"], topic=row.topic, key=b"ann", value=bytes(row.value), keys=KEYS)
    with pytest.raises(BadSignature):
        verify(row.headers["signature"], topic=row.topic, key=b"ann", value=bytes(row.value) + b" ", keys=KEYS)


def test_order_of_ids_is_order_of_enqueueing(ring):
    messages = [note(str(number)) for number in range(50)]
    with transaction.atomic():
        enqueue(messages)
    assert [row.subject for row in OutboxMessage.objects.order_by("id")] == [each.subject for each in messages]


def test_enqueueing_again_keeps_one_message_and_the_highest_attempt(ring):
    message = note()
    for attempt in (1, 3, 2):
        with transaction.atomic():
            enqueue([note("changed", note_id=message.subject, attempt=attempt)])
    row = OutboxMessage.objects.get()
    assert row.pending.attempt == 3
    assert pending_subjects("test.note", [message.subject]) == {message.subject}


def test_same_subject_twice_in_one_call_is_one_message(ring):
    message = note()
    with transaction.atomic():
        enqueue([message, note(note_id=message.subject, attempt=2)])
    assert OutboxMessage.objects.get().pending.attempt == 2


def test_commit_wakes_who_listens_and_a_rollback_does_not(ring, direct):
    listener = direct()
    listener.execute(f"LISTEN {WAKE_CHANNEL}")
    with transaction.atomic():
        enqueue([note()])
        transaction.set_rollback(True)
    assert list(listener.notifies(timeout=0)) == []
    with transaction.atomic():
        enqueue([note()])
    assert len(list(listener.notifies(timeout=10, stop_after=1))) == 1
