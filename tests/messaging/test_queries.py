import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from services.messaging.models import Delivery, OutboxMessage
from services.messaging.operating.queries import inbox_trace, outbox_trace
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from tests.messaging.ring import TRUSTED, note, record

pytestmark = pytest.mark.django_db(transaction=True)


def test_message_that_waits_has_no_place_in_kafka_yet():
    message = note()
    with transaction.atomic():
        enqueue([message])
    trace = outbox_trace("test.note", message.subject)
    assert (trace.confirmed_at, trace.partition, trace.offset, trace.attempts) == (None, None, None, 0)


def test_message_sent_twice_tells_its_first_confirmation():
    message = note()
    with transaction.atomic():
        enqueue([message])
    row = OutboxMessage.objects.get()
    first, _ = (Delivery.objects.create(message=row, attempt=n, partition=n, offset=n) for n in (1, 2))
    first.refresh_from_db()
    trace = outbox_trace("test.note", message.subject)
    assert (trace.confirmed_at, trace.partition, trace.offset, trace.attempts) == (first.confirmed_at, 1, 1, 2)
    assert trace.enqueued_at == row.created_at


def test_received_message_tells_what_became_of_it(board):
    message = note()
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    inbox.receive([record(message, partition=2, offset=7)])
    inbox.receive([record(message, partition=2, offset=8)])
    trace = inbox_trace("test.note", message.subject)
    assert (trace.partition, trace.offset, trace.duplicates, trace.dead, trace.key) == (2, 7, 1, False, "ann")
    assert trace.received_at <= trace.processed_at


@pytest.mark.parametrize(
    ("stated", "told"),
    [(timedelta(seconds=-3), timedelta(seconds=-3)), (timedelta(seconds=3), timedelta()), (None, None)],
    ids=["honest", "ahead of our clock", "absurd"],
)
def test_message_was_produced_when_its_record_says_and_never_after_it_was_received(board, stated, told):
    message = note()
    timestamp = None if stated is None else timezone.now() + stated
    Inbox(handlers=board.handlers, keys=TRUSTED).receive([replace(record(message), timestamp=timestamp)])
    trace = inbox_trace("test.note", message.subject)
    expected = {None: None, timedelta(): trace.received_at}.get(told, timestamp)
    assert trace.produced_at == expected


def test_message_that_nobody_sent_or_received_is_none():
    assert (outbox_trace("test.note", uuid.uuid4()), inbox_trace("test.note", uuid.uuid4())) == (None, None)
