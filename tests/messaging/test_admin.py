"""Operators see everything and edit nothing, not even as superusers."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from services.messaging.message import MessageHandler
from services.messaging.models import DeadLetter, Delivery, InboxMessage, OutboxMessage, Redrive
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from tests.messaging.ring import TRUSTED, Note, note, record

MODELS = [OutboxMessage, Delivery, InboxMessage, DeadLetter, Redrive]


@pytest.fixture(autouse=True)
def _rows(db):
    """One of each."""
    with transaction.atomic():
        enqueue([note("sent")])
    Delivery.objects.create(message=OutboxMessage.objects.get(), attempt=1, partition=0, offset=0)
    inbox = Inbox(handlers={"test.note": MessageHandler(Note.parse, handle=lambda messages: None)}, keys=TRUSTED)
    inbox.receive([record(note("received")), record(note("unsigned"), headers=(), value=b"\xff bytes", offset=1)])
    Redrive.objects.create(dead_letter=DeadLetter.objects.get(), by="ann", outcome="unsigned")


@pytest.fixture
def superuser(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def address(model, page, *arguments):
    return reverse(f"admin:messaging_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_listed_and_shown(superuser, model):
    row = model.objects.get()
    found = superuser.get(address(model, "changelist"))
    assert found.status_code == 200
    assert address(model, "change", row.pk) in found.content.decode()
    assert superuser.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_changed_or_deleted(superuser, model):
    row = model.objects.get()
    before = model.objects.values().get()
    assert superuser.post(address(model, "add"), {}).status_code == 403
    assert superuser.post(address(model, "change", row.pk), {"type": "other"}).status_code == 403
    assert superuser.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.values().get() == before


@pytest.mark.parametrize("model", MODELS)
def test_rows_cannot_be_deleted_from_the_list(superuser, model):
    chosen = {"action": "delete_selected", "_selected_action": [model.objects.get().pk], "post": "yes"}
    superuser.post(address(model, "changelist"), chosen)
    assert model.objects.count() == 1


def test_bytes_that_are_no_text_are_shown(superuser):
    letter = DeadLetter.objects.get()
    assert r"\xff bytes" in superuser.get(address(DeadLetter, "change", letter.pk)).content.decode()


@pytest.mark.parametrize(("model", "state"), [(OutboxMessage, "pending"), (InboxMessage, "processed")])
def test_list_tells_how_far_a_message_is(superuser, model, state):
    assert state in superuser.get(address(model, "changelist")).content.decode()
