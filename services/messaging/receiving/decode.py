"""From a Kafka record to a verified, parsed message, or the reason why it can never be one."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from ..message import MAX_ATTEMPT, Event, Handlers, MessageHandler, Received
from ..reasons import Reason
from ..record import Record
from ..signature import BadSignature, verify


class Unreadable(Exception):
    """The record can never be handled as it is."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


class Identity(NamedTuple):
    """What a message is about: the inbox keeps one message of a type about a subject."""

    type: str
    subject: uuid.UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record together with what it says."""

    record: Record
    received: Received[Any]
    handler: MessageHandler[Any]

    @property
    def identity(self) -> Identity:
        return Identity(self.received.type, self.received.event.subject)

    @property
    def key(self) -> str:
        key: str = self.received.event.key
        return key


def decode(record: Record, *, handlers: Handlers, keys: Mapping[str, bytes]) -> Arrival:
    """Check the signature, then read; raises `Unreadable`."""
    headers = dict(record.headers)
    check_signature(record, headers, keys)
    payload = parse_json(record.value or b"")
    handler = handler_for(payload, handlers)
    event = parse_event(payload, handler)
    if (record.key or b"").decode("utf-8", "replace") != event.key:
        raise Unreadable(Reason.INVALID, "the key is not the payload's")
    received = Received(
        message_id=message_id_of(payload),
        type=payload["type"],
        attempt=attempt_of(headers),
        traceparent=headers.get("traceparent", b"").decode("ascii", "replace"),
        event=event,
    )
    return Arrival(record, received, handler)


def check_signature(record: Record, headers: Mapping[str, bytes], keys: Mapping[str, bytes]) -> None:
    if "signature" not in headers:
        raise Unreadable(Reason.UNSIGNED, "there is no signature header")
    signature = headers["signature"].decode("ascii", "replace")
    try:
        verify(signature, topic=record.topic, key=record.key or b"", value=record.value or b"", keys=keys)
    except BadSignature as error:
        raise Unreadable(Reason.BAD_SIGNATURE, str(error)) from error


def parse_json(value: bytes) -> dict[str, Any]:
    """Strictly: UTF-8, an object, and no number that is not an integer."""
    try:
        payload = json.loads(value.decode(), parse_float=refuse_number, parse_constant=refuse_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Reason.UNREADABLE, f"not JSON: {error}"[:200]) from error
    if not isinstance(payload, dict):
        raise Unreadable(Reason.UNREADABLE, "not a JSON object")
    return payload


def refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not an integer")


def handler_for(payload: Mapping[str, Any], handlers: Handlers) -> MessageHandler[Any]:
    name, version = payload.get("type"), payload.get("version")
    if not isinstance(name, str) or name not in handlers:
        raise Unreadable(Reason.UNKNOWN_TYPE, repr(name)[:100])
    if type(version) is not int or version not in handlers[name].versions:
        raise Unreadable(Reason.UNKNOWN_VERSION, f"{name} version {version!r}"[:200])
    return handlers[name]


def parse_event(payload: Mapping[str, Any], handler: MessageHandler[Any]) -> Event:
    try:
        event: Event = handler.parse(payload)
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(Reason.INVALID, f"{type(error).__name__}: {error}"[:200]) from error
    return event


def message_id_of(payload: Mapping[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(payload["message_id"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(Reason.INVALID, "message_id is not a UUID") from error


def attempt_of(headers: Mapping[str, bytes]) -> int:
    """The sender's count; a header that says nonsense counts as the first."""
    text = headers.get("attempt", b"1")
    return min(int(text), MAX_ATTEMPT) if text.isdigit() and len(text) < 10 else 1
