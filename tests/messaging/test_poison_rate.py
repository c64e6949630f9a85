"""One key that cannot be handled must not slow the others."""

import os
import time

import pytest

from services.messaging.inbox import Inbox
from services.messaging.models import InboxMessage
from tests.messaging.ring import KEYS, note, record

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 10_000 if os.environ.get("PROOF") else 5_000


def handled_a_second(board):
    """Messages over 1,000 keys, as the consumer takes them in; the poisoned key's own are not counted."""
    records = [record(note(f"text {n % 1000}", owner=f"owner {n % 1000}"), offset=n) for n in range(COUNT)]
    inbox = Inbox(handlers=board.handlers, keys=KEYS)
    began = time.perf_counter()
    for start in range(0, COUNT, 500):
        inbox.receive(records[start : start + 500])
        inbox.retries.work({0})
    return InboxMessage.objects.filter(processed_at__isnull=False).count() / (time.perf_counter() - began)


def empty():
    InboxMessage.objects.all().delete()


def test_poison_among_a_thousand_keys_leaves_the_rate_as_it_was(board):
    rates = {"sound": [], "poisoned": []}
    for _ in range(2):
        empty()
        board.failing.clear()
        rates["sound"].append(handled_a_second(board))
        empty()
        board.failing["text 500"] = RuntimeError("boom")
        rates["poisoned"].append(handled_a_second(board))
        assert InboxMessage.objects.filter(processed_at=None).count() == COUNT / 1000
    assert max(rates["poisoned"]) >= 0.8 * max(rates["sound"]), rates
