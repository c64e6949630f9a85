import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from services.messaging.message import Message, digest, message_id

SUBJECT = uuid.UUID("01938a2b-7c4d-7e5f-8a9b-0c1d2e3f4a5b")
MOMENT = datetime(2026, 3, 1, 12, 30, 0, 42, tzinfo=UTC)
MESSAGE = Message("test.note", SUBJECT, "ann", MOMENT, {"note_id": str(SUBJECT), "text": "Привет"})


def test_id_is_the_same_for_ever():
    """A message sent by an older release must be known again: the value stands here, not its computation."""
    assert message_id("test.note", SUBJECT) == uuid.UUID("44a0a2b9-c0b2-57b1-9b63-f75aaef8390f")


def test_id_is_of_the_type_and_the_subject_together():
    assert len({message_id(kind, subject) for kind in ("a", "b") for subject in (SUBJECT, uuid.uuid4())}) == 4


def test_rebuilt_message_is_the_same_bytes():
    again = Message("test.note", SUBJECT, "ann", MOMENT, dict(MESSAGE.payload), attempt=7)
    assert again.encode() == MESSAGE.encode()


def test_bytes_are_compact_utf8_json_with_the_envelope_first():
    assert "Привет".encode() in MESSAGE.encode()
    assert list(json.loads(MESSAGE.encode())) == ["message_id", "type", "version", "occurred_at", "note_id", "text"]
    assert json.loads(MESSAGE.encode())["occurred_at"] == "2026-03-01T12:30:00.000042Z"


def test_headers_are_cloudevents_and_the_trace():
    headers = replace(MESSAGE, attempt=3).headers(source="urn:example", traceparent="00-trace")
    assert headers == {
        "ce_id": str(MESSAGE.message_id),
        "ce_type": "test.note",
        "ce_source": "urn:example",
        "ce_time": "2026-03-01T12:30:00.000042Z",
        "ce_specversion": "1.0",
        "ce_subject": str(SUBJECT),
        "traceparent": "00-trace",
    }


def test_fingerprint_tells_fields_apart_that_look_alike_side_by_side():
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest('a", "bc')}) == 4
