"""A business of the tests' own: notes that a service sends to itself over a topic of the test's own."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from services.messaging.handlers import handler
from services.messaging.kafka.subscription import Assignment, Subscription
from services.messaging.message import Message, MessageHandler, digest
from services.messaging.receiving.policy import RetryPolicy
from services.messaging.record import Record
from services.messaging.signature import sign
from tests.messaging.settings import KEYS

# How the broker of this run is read.
Source = Assignment if os.environ.get("KAFKA_PROFILE") == "embedded" else Subscription
# One moment for all: a note rebuilt is the same bytes.
WRITTEN_AT = datetime(2026, 11, 24, 12, 0, 0, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Note:
    note_id: uuid.UUID
    owner: str
    text: str

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "Note":
        if not isinstance(payload["text"], str):
            raise ValueError("text")
        return cls(uuid.UUID(payload["note_id"]), payload["owner"], payload["text"])

    @property
    def subject(self):
        return self.note_id

    @property
    def key(self):
        return self.owner

    @property
    def fingerprint(self):
        return digest(self.note_id, self.owner, self.text)


def note(text="hello", owner="ann", note_id=None, attempt=1):
    note_id = note_id or uuid.uuid4()
    payload = {"note_id": str(note_id), "owner": owner, "text": text}
    return Message("test.note", note_id, owner, WRITTEN_AT, payload, attempt=attempt)


class Board:
    """Handles notes: writes each into a table, inside the inbox's transaction; fails where it is told to."""

    def __init__(self):
        self.failing = {}
        self.refusing = None  # the error with which it gives no answer again
        self.calls = []
        self.asked = []

    def handle(self, messages):
        self.calls.append([message.event.text for message in messages])
        for message in messages:
            if error := self.failing.get(message.event.text):
                raise error
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO board (text) VALUES (%s)", [message.event.text])

    def on_duplicate(self, messages):
        if self.refusing:
            raise self.refusing
        self.asked += [(message.event.text, message.attempt) for message in messages]

    @property
    def handlers(self):
        return {"test.note": MessageHandler(Note.parse, self.handle, self.on_duplicate)}

    def texts(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM board ORDER BY id")
            return [text for (text,) in cursor.fetchall()]


def record(message, *, topic="ring", partition=0, offset=0, attempt=None, **changes):
    """The Kafka record that the relay would make of the message."""
    value = message.encode()
    headers = message.headers(source="test", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    headers |= {"attempt": str(attempt or message.attempt)}
    headers |= {"signature": signature(message, value, topic=topic, attempt=headers["attempt"])}
    fields = {"topic": topic, "partition": partition, "offset": offset, "timestamp": timezone.now()}
    fields |= {"key": message.key.encode(), "value": value}
    fields |= {"headers": tuple((name, text.encode()) for name, text in headers.items())}
    return Record(**{**fields, **changes})


def signature(message, value, *, topic="ring", attempt="1"):
    return sign(topic=topic, key=message.key.encode(), attempt=attempt.encode(), value=value, keys=KEYS)


def work_off(inbox, places=frozenset({("ring", 0)})):
    """Handle all that is due, however many steps' shares it takes; returns how many were taken on."""
    taken = 0
    while True:
        inbox.pending.expect_work()
        taken += inbox.pending.work(places)
        if not inbox.pending.is_behind:
            return taken


# Who may send to the topic that records come from, where a test says nothing else.
TRUSTED = {"ring": KEYS}
handler("test.note", parse=Note.parse, batch=True)(Board().handle)
# The failure after which the default policy gives up.
LAST_FAILURE = next(failures for failures in count(1) if RetryPolicy().is_over(failures))
