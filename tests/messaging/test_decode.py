import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from services.messaging.handlers import handlers
from services.messaging.message import Message
from services.messaging.reasons import Reason
from services.messaging.receiving.decode import Unreadable, decode
from tests.messaging.ring import TRUSTED, note, record

GOOD = note()


class Raw(Message):
    """A message of any bytes, well signed."""

    def encode(self):
        return self.payload


def raw(value):
    return record(Raw("test.note", uuid.uuid4(), "ann", timezone.now(), value))


def with_payload(**changes):
    return record(replace(GOOD, payload={**GOOD.payload, **changes}))


CASES = {
    "unsigned": (record(GOOD, headers=()), Reason.UNSIGNED),
    "altered": (record(GOOD, value=GOOD.encode() + b" "), Reason.BAD_SIGNATURE),
    "of another topic": (replace(record(GOOD), topic="other"), Reason.BAD_SIGNATURE),
    "of another key": (record(GOOD, key=b"eve"), Reason.BAD_SIGNATURE),
    "not JSON": (raw(b"hello"), Reason.UNREADABLE),
    "not UTF-8": (raw(b'{"a": "\xff"}'), Reason.UNREADABLE),
    "no object": (raw(b"[]"), Reason.UNREADABLE),
    "a float": (raw(b'{"a": 1.5}'), Reason.UNREADABLE),
    "unknown type": (record(replace(GOOD, type="test.other")), Reason.UNKNOWN_TYPE),
    "version that no step leads from": (record(replace(GOOD, version=0)), Reason.UNKNOWN_VERSION),
    "not what its type says": (with_payload(text=7), Reason.INVALID),
    "of another owner than its key": (with_payload(owner="eve"), Reason.INVALID),
}


@pytest.mark.parametrize("case", CASES)
def test_each_way_to_be_unreadable_has_its_reason(case):
    bad, reason = CASES[case]
    with pytest.raises(Unreadable) as refused:
        decode(bad, handlers=handlers(), keys=TRUSTED)
    assert refused.value.reason == reason


def test_what_it_says_is_read():
    arrival = decode(record(GOOD, attempt=3), handlers=handlers(), keys=TRUSTED)
    assert (arrival.identity.type, arrival.identity.subject, arrival.key) == ("test.note", GOOD.subject, "ann")
    assert (arrival.received.message_id, arrival.received.attempt) == (GOOD.message_id, 3)
    assert arrival.received.traceparent == "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    assert arrival.received.event.text == "hello"


@pytest.mark.parametrize("hint", [b"\0", b"\xff", b"00-" + b"z" * 32 + b"-" + b"b" * 16 + b"-01", b"a" * 500])
def test_trace_that_is_malformed_is_none(hint):
    given = record(GOOD)
    headers = tuple((name, hint if name == "traceparent" else value) for name, value in given.headers)
    assert decode(replace(given, headers=headers), handlers=handlers(), keys=TRUSTED).received.traceparent == ""
