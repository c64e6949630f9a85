"""Golden messages: the exact bytes of each version, which today's writers make and today's readers read."""

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from jsonschema import Draft202012Validator, FormatChecker

from services.messaging.handlers import handlers
from services.messaging.kafka.publisher import Publisher
from services.messaging.message import Message
from services.messaging.processes.leader import open_connection
from services.messaging.receiving.decode import decode
from services.messaging.record import Confirmation, Record
from services.messaging.sending.outbox import enqueue
from services.messaging.sending.relay import Relay

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "messages"
GOLDEN = SCHEMAS / "golden"
# Everybody may know it: whoever reads the golden messages elsewhere can check their signatures.
KEYS = {"golden": b"the key of the golden messages, which signs nothing else"}
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

ORDER_ID = uuid.UUID("01938a2b-7c4d-7e5f-8a9b-0c1d2e3f4a5b")
USER_ID = uuid.UUID("7b1c9e52-3f0a-4d6e-9c8b-1a2b3c4d5e6f")


@dataclass(frozen=True)
class Golden:
    """One example of a message, its business fields, and the record of it as it was sent by this version's writer."""

    says: dict[str, Any]
    record: dict[str, Any]

    def payload(self, **changes: Any) -> dict[str, Any]:
        """Its payload with other values; `...` leaves a member out."""
        changed = {**json.loads(self.record["value"]), **changes}
        return {member: value for member, value in changed.items() if value is not ...}

    def understood(self) -> dict[str, Any]:
        """Of its business fields, what today's reader in this project makes of the record. Raises `Unreadable`."""
        arrival = decode(record_from(self.record), handlers=handlers(), keys={self.record["topic"]: KEYS})
        event = {**asdict(arrival.received.event), "attempt": arrival.received.attempt}
        return {name: as_json(event[name]) for name in self.says if name in event}


def versions(message_type: str) -> list[int]:
    """Those that are stored, oldest first."""
    return sorted(int(path.stem.rpartition(".")[2]) for path in GOLDEN.glob(f"{message_type}.*.json"))


def golden(message_type: str, version: int = 1) -> dict[str, Golden]:
    """The examples of this version by name."""
    examples = json.loads(path_of(message_type, version).read_text())
    return {name: Golden(example["says"], example.get("record", {})) for name, example in examples.items()}


def golden_of_topic(topic: str) -> dict[str, Golden]:
    """Every example of every version that was ever sent to the topic."""
    found = {
        f"{path.stem} {name}": Golden(example["says"], example.get("record", {}))
        for path in sorted(GOLDEN.iterdir())
        for name, example in json.loads(path.read_text()).items()
    }
    return {name: example for name, example in found.items() if example.record.get("topic") == topic}


def require_golden(message_type: str, write: Callable[[dict[str, Any]], Message]) -> None:
    """Fail unless today's writer, given what the newest version's examples say, sends their very bytes.

    Examples without a record are given it, for their author to look at; one that has a record is never changed.
    """
    version = versions(message_type)[-1]
    path = path_of(message_type, version)
    examples = json.loads(path.read_text())
    for name, example in examples.items():
        message = write(example["says"])
        assert message.version == version, f"store version {message.version} beside {path.name}"
        sent = as_sent(message)
        assert example.setdefault("record", sent) == sent, f"{name}: other bytes than these are a new version"
    text = json.dumps(examples, ensure_ascii=False, indent=2) + "\n"
    if text != path.read_text():
        path.write_text(text)
        raise AssertionError(f"{path.name} has got its records: look at them and commit them")


def as_sent(message: Message) -> dict[str, Any]:
    """What the relay makes of it."""
    with transaction.atomic():
        enqueue([message], traceparents=[TRACEPARENT])
    publisher = Recorder()
    relay = Relay(lambda: open_connection("golden"), new_publisher=lambda: publisher)
    relay.drain()
    relay.close()
    return publisher.sent


class Recorder(Publisher):
    """Keeps the record that Kafka would hold, and confirms it."""

    sent: dict[str, Any]

    def publish(self, token: tuple[int, int], **record: Any) -> None:
        """Keep it, with texts for bytes."""
        self.sent = {**record, "headers": dict(record["headers"]), "value": record["value"].decode()}
        self.confirmed.append(Confirmation(token, 0, 0))


def record_from(stored: dict[str, Any]) -> Record:
    headers = tuple((name, value.encode()) for name, value in stored["headers"].items())
    return Record(stored["topic"], 0, 0, None, stored["key"].encode(), stored["value"].encode(), headers)


def as_json(value: object) -> object:
    return json.loads(json.dumps(value, default=str))


def path_of(message_type: str, version: int) -> Path:
    return GOLDEN / f"{message_type}.{version}.json"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())
