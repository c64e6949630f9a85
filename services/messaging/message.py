"""A message: what is sent, what was received, and what a service does with it. Knows no Kafka and no tables."""

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from .text import is_storable

# uuid5 of this and "type:subject": a message rebuilt from its business row has the id that it had at first.
MESSAGE_NAMESPACE = uuid.UUID("6f1d1c52-3c8e-5d0a-9a5e-2f0c9a7b41de")
# uuid5 of this and subject and revision, for what is no UUID by itself.
SUBJECT_NAMESPACE = uuid.UUID("0d3f7a0e-6a55-5f0c-8b6e-5c8d0f3e9b27")

Subject = uuid.UUID | int | str
# A sender's count of attempts stops here, at PostgreSQL's smallint.
MAX_ATTEMPT = 32_767
# What the columns hold.
MAX_KEY = 200
MAX_TYPE = 100

# What the sender's own payload cannot name.
ENVELOPE = ("message_id", "type", "version", "occurred_at")

TO_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Unsendable(ValueError):
    """The message is not one that a receiver could read; says what to change."""


class PermanentError(Exception):
    """The message can never be handled; it becomes a dead letter at once, without retries."""


class Contradiction(PermanentError):
    """Another message about the same subject came before, with other content."""


class KeysBusy(Exception):
    """What these keys need is held by somebody else: they wait and have not failed; all others of the batch go on."""

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = frozenset(keys)
        super().__init__(", ".join(sorted(keys)))


@dataclass(frozen=True)
class Message:
    """A message to send. `subject` is the business id it speaks of: one message of a type per subject, for ever.

    A type of which a subject has many messages names the `revision` of each.
    """

    type: str
    subject: Subject
    key: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    version: int = 1
    attempt: int = 1
    revision: int | str = ""

    @cached_property
    def identity(self) -> uuid.UUID:
        """Of the subject in this revision, as both tables keep it."""
        return identity(self.subject, self.revision)

    @cached_property
    def message_id(self) -> uuid.UUID:
        return message_id(self.type, self.identity)

    def encode(self) -> bytes:
        """The exact bytes that are stored, signed and sent; the same business row gives the same bytes.

        Raises `Unsendable` for what no receiver would take.
        """
        envelope = {
            "message_id": str(self.message_id),
            "type": self.type,
            "version": self.version,
            "occurred_at": rfc3339(self.occurred_at),
        }
        self._check(envelope)
        try:
            return TO_JSON.encode({**envelope, **self.payload}).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Unsendable(f"the payload is not JSON in UTF-8: {error}") from error

    def _check(self, envelope: Mapping[str, Any]) -> None:
        if taken := envelope.keys() & self.payload.keys():
            raise Unsendable(f"{', '.join(sorted(taken))}: the envelope's own; name these payload members otherwise")
        if not (self.key and is_storable(self.key, MAX_KEY)):
            raise Unsendable(f"key: 1 to {MAX_KEY} characters of UTF-8 without NUL")
        if not (self.type and is_storable(self.type, MAX_TYPE)):
            raise Unsendable(f"type: 1 to {MAX_TYPE} characters of UTF-8 without NUL")
        if not isinstance(self.subject, uuid.UUID | int | str) or isinstance(self.subject, bool) or self.subject == "":
            raise Unsendable("subject: a UUID, a whole number or a text of your business")
        if not 1 <= self.attempt <= MAX_ATTEMPT:
            raise Unsendable(f"attempt: 1 to {MAX_ATTEMPT}")
        if has_float(self.payload):
            raise Unsendable("payload: a float is not the same number everywhere; send whole units or a string")

    def headers(self, *, source: str, traceparent: str) -> dict[str, str]:
        """CloudEvents 1.0 attributes and the W3C trace context."""
        return {
            "ce_id": str(self.message_id),
            "ce_type": self.type,
            "ce_source": source,
            "ce_time": rfc3339(self.occurred_at),
            "ce_specversion": "1.0",
            "ce_subject": str(self.subject),
            "traceparent": traceparent,
        }


def identity(subject: Subject, revision: int | str = "") -> uuid.UUID:
    """The UUID of a subject in a revision: itself where it is one and has none. 7 and "7" are the same subject."""
    if isinstance(subject, uuid.UUID) and revision == "":
        return subject
    return uuid.uuid5(SUBJECT_NAMESPACE, json.dumps([str(subject), str(revision)]))


def message_id(message_type: str, of: uuid.UUID) -> uuid.UUID:
    """The id of the one message of this type about what has this identity."""
    return uuid.uuid5(MESSAGE_NAMESPACE, f"{message_type}:{of}")


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, with microseconds and a `Z`; raises `Unsendable` where it has no time zone."""
    if moment.tzinfo is None:
        raise Unsendable("occurred_at: a time without a zone; use django.utils.timezone.now()")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def has_float(value: Any) -> bool:
    """Whether a number that is not whole stands anywhere in it."""
    if isinstance(value, str | int):  # nearly all there is
        return False
    if isinstance(value, Mapping):
        return any(map(has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_float, value))
    return isinstance(value, float)


class Event(Protocol):
    """A service's own reading of a payload; one with a `revision` says it as an attribute of that name."""

    @property
    def subject(self) -> Subject: ...

    @property
    def key(self) -> str:
        """What the Kafka key must be."""
        ...

    @property
    def fingerprint(self) -> bytes:
        """A digest of every business field: two messages of one subject with other fingerprints contradict."""
        ...


class Payload(dict[str, Any]):
    """The payload as it came, where a handler has no reading of its own: the sender's word is taken for all of it."""

    def __init__(self, members: Mapping[str, Any], key: str) -> None:
        super().__init__(members)
        self.key = key

    @property
    def subject(self) -> uuid.UUID:
        """What the sender made from type, subject and revision."""
        return uuid.UUID(self["message_id"])

    @cached_property
    def fingerprint(self) -> bytes:
        """Of every member."""
        return hashlib.sha256(json.dumps(self, sort_keys=True).encode()).digest()


class Unread(Payload):
    """A payload of a version that only newer code reads: of it no more is known than its envelope and its key."""

    @cached_property
    def fingerprint(self) -> bytes:
        """None of what it says is known."""
        return b""


E = TypeVar("E", bound=Event)
# From the payload of one version to that of the next.
Upcast = Callable[[dict[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """A verified, parsed message in the hands of a handler."""

    message_id: uuid.UUID
    type: str
    attempt: int
    traceparent: str
    event: E


@dataclass(frozen=True, slots=True)
class MessageHandler(Generic[E]):
    """What a service does with one type of message.

    `parse` gets the payload and raises `ValueError` for what can never be read; without one the event is a `Payload`.
    A payload of an older version than `versions` is made one of them by `upcasts`, step by step from each version to
    the next. `handle` gets messages in order, inside one transaction that also marks them handled: it may enqueue; an
    exception rolls all of it back, and the batch is tried in smaller parts until the bad message stands alone
    (`PermanentError` and `KeysBusy` say more than another exception). `on_duplicate` gets messages already handled
    that came again with a higher attempt than any before: the sender has not seen the answer.
    """

    parse: Callable[[Mapping[str, Any]], E] | None
    handle: Callable[[Sequence[Received[E]]], None]
    on_duplicate: Callable[[Sequence[Received[E]]], None] | None = None
    versions: frozenset[int] = frozenset({1})
    upcasts: Mapping[int, Upcast] = field(default_factory=dict)
    name: str = ""


Handlers = Mapping[str, MessageHandler[Any]]


def digest(*fields: object) -> bytes:
    """A fingerprint of the fields, in their order."""
    return hashlib.sha256(json.dumps([str(field) for field in fields]).encode()).digest()
