import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from services.messaging.message import Unsendable, identity, message_id
from services.messaging.models import OutboxMessage, PendingDelivery
from services.messaging.sending.outbox import WAKE_CHANNEL, ContentChanged, enqueue, pending_subjects
from tests.messaging.ring import note
from tests.support.configure import configure

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


def test_stored_bytes_are_the_message_with_its_envelope(ring):
    message = note("Привет")
    with transaction.atomic():
        enqueue([message])
    row = OutboxMessage.objects.get()
    payload = json.loads(bytes(row.value))
    assert payload["message_id"] == str(message_id("test.note", message.subject)) == str(row.message_id)
    assert payload["text"] == "Привет"
    assert row.headers["ce_subject"] == str(message.subject)
    assert row.headers["traceparent"].startswith("00-")
    assert row.headers["ce_source"] == "urn:example:ring"


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


@pytest.mark.parametrize("subject", [0, 1, -7, 10**30, "seven"])
def test_whole_numbers_and_texts_are_subjects(ring, subject):
    with transaction.atomic():
        enqueue([replace(note(), subject=subject)])
    assert OutboxMessage.objects.get().subject == identity(subject)


def test_each_type_goes_to_its_topic_and_one_without_a_topic_is_refused(ring, settings):
    configure(settings, SENDS={"test.note": "notes", "test.task": "tasks"})
    with transaction.atomic():
        enqueue([note(), replace(note(), type="test.task")])
    assert set(OutboxMessage.objects.values_list("type", "topic")) == {("test.note", "notes"), ("test.task", "tasks")}
    with pytest.raises(Unsendable, match=r"SENDS names no topic for test\.other"), transaction.atomic():
        enqueue([replace(note(), type="test.other")])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"payload": {"type": "x"}}, "envelope's own"),
        ({"payload": {"occurred_at": "x", "version": 2}}, "occurred_at, version"),
        ({"payload": {"price": 1.5}}, "float"),
        ({"payload": {"deep": [{"price": float("nan")}]}}, "float"),
        ({"payload": {"text": "\ud800"}}, "not JSON in UTF-8"),
        ({"payload": {"when": object()}}, "not JSON in UTF-8"),
        ({"occurred_at": datetime(2026, 1, 1)}, "without a zone"),  # noqa: DTZ001 - that is the case
        ({"key": ""}, "key"),
        ({"key": "a\0b"}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"type": "x" * 101}, "type"),
        ({"subject": ""}, "subject"),
        ({"subject": 1.5}, "subject"),
        ({"subject": True}, "subject"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 32_768}, "attempt"),
    ],
)
def test_what_no_receiver_would_take_is_refused(ring, changes, told):
    with pytest.raises(Unsendable, match=told), transaction.atomic():
        enqueue([replace(note(), **changes)])
    assert OutboxMessage.objects.count() == 0


def test_time_of_another_zone_is_sent_in_utc(ring):
    moscow = datetime(2026, 11, 24, 15, 0, 0, 1, tzinfo=timezone(timedelta(hours=3)))
    with transaction.atomic():
        enqueue([replace(note(), occurred_at=moscow)])
    row = OutboxMessage.objects.get()
    assert json.loads(bytes(row.value))["occurred_at"] == "2026-11-24T12:00:00.000001Z" == row.headers["ce_time"]


def test_other_content_for_a_subject_is_refused_and_the_old_is_kept(ring):
    message = note("old")
    with transaction.atomic():
        enqueue([message])
    with pytest.raises(ContentChanged, match="subject of its own"), transaction.atomic():
        enqueue([note("new", note_id=message.subject)])
    with pytest.raises(ContentChanged), transaction.atomic():
        enqueue([other := note("one"), note("two", note_id=other.subject)])
    assert json.loads(bytes(OutboxMessage.objects.get().value))["text"] == "old"
