"""From a Kafka record to a verified, parsed message, or the reason why it can never be one."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from ..message import (
    ENVELOPE,
    MAX_ATTEMPT,
    MAX_KEY,
    Event,
    Handlers,
    MessageHandler,
    Payload,
    Received,
    Unread,
    identity,
)
from ..reasons import Reason
from ..record import Record
from ..signature import BadSignature, KeyRing, verify
from ..text import is_storable
from ..trace import TRACEPARENT


def refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not an integer")


FROM_JSON = json.JSONDecoder(parse_float=refuse_number, parse_constant=refuse_number)


class Unreadable(Exception):
    """The record can never be handled as it is."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail[:200]
        super().__init__(f"{reason}: {self.detail}")


class TooNew(Unreadable):
    """This code cannot read it; newer code may, and so it waits."""


class Identity(NamedTuple):
    """What a message is about: the inbox keeps one message of a type about a subject in a revision."""

    type: str
    subject: uuid.UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record together with what it says."""

    record: Record
    received: Received[Any]
    handler: MessageHandler[Any]
    identity: Identity
    key: str
    fingerprint: bytes


Reading = Callable[[Mapping[str, Any], MessageHandler[Any], str], Event]


def decode(record: Record, *, handlers: Handlers, keys: Mapping[str, KeyRing]) -> Arrival:
    """Check the signature, then read. Raises `Unreadable` alone: what a content can raise is its own."""
    return _decode(record, handlers, keys, parse)


def decode_envelope(record: Record, *, handlers: Handlers, keys: Mapping[str, KeyRing]) -> Arrival:
    """The same of a message that is `TooNew`: its event is `Unread`, and its subject is its message id."""
    return _decode(record, handlers, keys, lambda payload, _, key: Unread(payload, key))


def _decode(record: Record, handlers: Handlers, keys: Mapping[str, KeyRing], reading: Reading) -> Arrival:
    try:
        return _read(record, handlers, keys, reading)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(Reason.INVALID, f"{type(error).__name__}: {error}") from error


def _read(record: Record, handlers: Handlers, keys: Mapping[str, KeyRing], reading: Reading) -> Arrival:
    headers = dict(record.headers)
    check_signature(record, headers, keys.get(record.topic, {}))
    payload = parse_json(record.value or b"")
    handler = handler_for(payload, handlers)
    event = reading(payload, handler, (record.key or b"").decode())
    key, subject, fingerprint = event.key, event.subject, event.fingerprint
    if not isinstance(subject, uuid.UUID | int | str) or not isinstance(fingerprint, bytes):
        raise Unreadable(Reason.INVALID, "the handler's event needs a subject, and bytes as fingerprint")
    if not key or record.key != key.encode() or not is_storable(key, MAX_KEY):
        raise Unreadable(Reason.INVALID, "the key is not the payload's")
    received = Received(
        message_id=uuid.UUID(payload["message_id"]),
        type=payload["type"],
        attempt=attempt_of(headers),
        traceparent=traceparent_of(headers),
        event=event,
    )
    about = Identity(received.type, identity(subject, getattr(event, "revision", "")))
    return Arrival(record, received, handler, about, key, fingerprint)


def check_signature(record: Record, headers: Mapping[str, bytes], keys: KeyRing) -> None:
    if "signature" not in headers:
        raise Unreadable(Reason.UNSIGNED, "there is no signature header")
    signature, attempt = headers["signature"].decode("ascii", "replace"), headers.get("attempt", b"")
    key, value = record.key or b"", record.value or b""
    try:
        verify(signature, topic=record.topic, key=key, attempt=attempt, value=value, keys=keys)
    except BadSignature as error:
        raise Unreadable(Reason.BAD_SIGNATURE, str(error)) from error


def parse_json(value: bytes) -> dict[str, Any]:
    """Strictly: UTF-8, an object, and no number that is not an integer."""
    try:
        payload = FROM_JSON.decode(value.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Reason.UNREADABLE, f"not JSON: {error}") from error
    if not isinstance(payload, dict):
        raise Unreadable(Reason.UNREADABLE, "not a JSON object")
    return payload


def handler_for(payload: Mapping[str, Any], handlers: Handlers) -> MessageHandler[Any]:
    name = payload.get("type")
    if not isinstance(name, str) or name not in handlers:
        raise Unreadable(Reason.UNKNOWN_TYPE, repr(name))
    return handlers[name]


def parse(payload: Mapping[str, Any], handler: MessageHandler[Any], key: str) -> Event:
    """The service's own reading; whatever its code raises says that this payload is none."""
    version = payload.get("version")
    try:
        if type(version) is not int or version not in handler.versions:
            payload = upcasted(payload, version, handler)
        event: Event = handler.parse(payload) if handler.parse else Payload(payload, key)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(Reason.INVALID, f"{type(error).__name__}: {error}") from error
    return event


def upcasted(payload: Mapping[str, Any], version: object, handler: MessageHandler[Any]) -> Mapping[str, Any]:
    """The payload in a version that the handler reads. Raises `TooNew`, or `Unreadable` where no step leads to one."""
    told = f"{payload['type']} version {version!r}"
    if type(version) is not int:
        raise Unreadable(Reason.UNKNOWN_VERSION, told)
    if version > max(handler.versions):
        raise TooNew(Reason.UNKNOWN_VERSION, told)
    envelope = {name: payload[name] for name in ENVELOPE if name in payload}
    while version not in handler.versions:
        if version not in handler.upcasts:
            raise Unreadable(Reason.UNKNOWN_VERSION, told)
        payload = {**handler.upcasts[version](dict(payload)), **envelope, "version": version + 1}
        version += 1
    return payload


def attempt_of(headers: Mapping[str, bytes]) -> int:
    """The sender's count, from 1; it is signed."""
    return min(max(int(headers["attempt"]), 1), MAX_ATTEMPT)


def traceparent_of(headers: Mapping[str, bytes]) -> str:
    """The W3C trace context that the sender hints at, or ""."""
    text = headers.get("traceparent", b"").decode("ascii", "replace")
    return text if TRACEPARENT.fullmatch(text) else ""
