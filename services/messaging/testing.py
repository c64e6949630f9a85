"""A pytest plugin: what was sent, a message delivered, and a process that is gone amid its work.

Without Kafka, and with all the rest: a message passes decode, inbox and handler. Installed with the package, pytest
finds it by itself. It needs pytest-django's database.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Any

import pytest

from . import faults
from .conf import configuration
from .handlers import handlers
from .message import ENVELOPE, Message
from .record import Record
from .signature import sign

# Of the test alone: a reader need not hold what the sender signs with.
RING = {"test": b"signs what a test delivers"}
TRACEPARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


class Crash(BaseException):
    """The process is gone; nothing catches this."""


@dataclass
class Loss:
    """Armed in place of a real kill."""

    point: str
    hits: int
    happened: bool = False

    def reach(self, point: str) -> None:
        """Crash at the point's n-th time."""
        if point == self.point:
            self.hits -= 1
            if self.hits == 0:
                self.happened = True
                raise Crash(point)


@contextmanager
def losing_the_process(point: str, hits: int = 1) -> Iterator[Loss]:
    """Leave the block where it comes to the point for the n-th time; of what it did, only what it committed is left."""
    if point not in faults.fault_points():
        pytest.fail(f"no app has the point {point}: {', '.join(faults.fault_points())}")
    faults.armed = loss = Loss(point, hits)
    try:
        yield loss
    except Crash:
        pass
    finally:
        faults.armed = None


class State(StrEnum):
    """What became of a message that was delivered."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"  # handled before
    WAITING = "waiting"  # its handler failed, or something before it in its key did: it is tried again
    DEAD = "dead"
    IGNORED = "ignored"  # no handler takes it


@dataclass(frozen=True)
class Delivered:
    """What became of it, and why: the handler's error, or a dead letter's reason."""

    state: State
    why: str = ""


class Outbox:
    """What the code under test has sent."""

    @property
    def sent(self) -> list[Message]:
        """Every message in the outbox, oldest first, committed or not; each can be delivered."""
        from .models import OutboxMessage  # no model is to be had before Django is set up

        rows = OutboxMessage.objects.select_related("pending").order_by("id")
        return [message_from(row) for row in rows]

    def of_type(self, message_type: str) -> list[Message]:
        """Those of this type."""
        return [message for message in self.sent if message.type == message_type]


def message_from(row: Any) -> Message:
    value = json.loads(bytes(row.value))
    return Message(
        type=row.type,
        subject=row.subject,
        key=row.key,
        occurred_at=datetime.fromisoformat(value["occurred_at"]),
        payload={name: member for name, member in value.items() if name not in ENVELOPE},
        version=value["version"],
        attempt=row.pending.attempt if hasattr(row, "pending") else 1,
    )


class Deliveries:
    """Delivers messages as Kafka would, one at a time, to the handlers of the project."""

    def __init__(self) -> None:
        self._offsets = count()

    def __call__(self, message: Message, *, topic: str = "") -> Delivered:
        """Have the inbox receive the message from this topic, or the first that the service receives from."""
        from .receiving.inbox import Inbox

        record = self._record(message, topic or next(iter(configuration().receives), "") or "test")
        inbox = Inbox(handlers=handlers(), keys={record.topic: RING})
        before = self._state(message, record)
        inbox.receive([record])
        inbox.pending.work({record.place})
        after = self._state(message, record)
        return Delivered(State.DUPLICATE) if before.state is after.state is State.HANDLED else after

    def _record(self, message: Message, topic: str) -> Record:
        value, key, attempt = message.encode(), message.key.encode(), str(message.attempt)
        headers = message.headers(source="urn:test", traceparent=TRACEPARENT) | {"attempt": attempt}
        headers["signature"] = sign(topic=topic, key=key, attempt=attempt.encode(), value=value, keys=RING)
        pairs = tuple((name, text.encode()) for name, text in headers.items())
        return Record(topic, 0, next(self._offsets), None, key, value, pairs)

    def _state(self, message: Message, record: Record) -> Delivered:
        from .models import DeadLetter, InboxMessage

        if letter := DeadLetter.objects.filter(topic=record.topic, offset=record.offset).last():
            return Delivered(State.DEAD, f"{letter.reason}: {letter.detail}")
        row = InboxMessage.objects.filter(message_id=message.message_id).first()
        if row is None:
            return Delivered(State.IGNORED)
        return Delivered(State.HANDLED) if row.processed_at else Delivered(State.WAITING, row.last_error)


@pytest.fixture
def outbox(db: None) -> Outbox:
    """`outbox.sent`: the messages that the test's code has sent."""
    return Outbox()


@pytest.fixture
def deliver(db: None) -> Deliveries:
    """`deliver(message)`: through decode, inbox and handler; returns what became of it."""
    return Deliveries()


@pytest.fixture
def crash_at() -> Callable[..., AbstractContextManager[Loss]]:
    """`with crash_at("inbox.before_commit"):` loses the process there; the test fails where it never comes there."""

    @contextmanager
    def crash_at(point: str, hits: int = 1) -> Iterator[Loss]:
        with losing_the_process(point, hits) as loss:
            yield loss
        if not loss.happened:
            pytest.fail(f"{point} was never reached")

    return crash_at
