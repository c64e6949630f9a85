"""One key that cannot be handled must not slow the others."""

import os
import statistics
import time

import pytest

from services.messaging.models import InboxMessage
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, note, record, work_off

pytestmark = pytest.mark.django_db(transaction=True)

PROOF = bool(os.environ.get("PROOF"))
COUNT, ROUNDS = (10_000, 5) if PROOF else (2_000, 1)


def handled_a_second(board):
    """Messages over 1,000 keys, as the consumer takes them in; the poisoned key's own are not counted."""
    records = [record(note(f"text {n % 1000}", owner=f"owner {n % 1000}"), offset=n) for n in range(COUNT)]
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    began = time.perf_counter()
    for start in range(0, COUNT, 500):
        inbox.receive(records[start : start + 500])
        work_off(inbox)
    return InboxMessage.objects.filter(processed_at__isnull=False).count() / (time.perf_counter() - began)


def round_of(board, failing):
    """The rate of one round; the poisoned key waits with all its messages, every other message is handled."""
    InboxMessage.objects.all().delete()
    board.failing = failing
    rate = handled_a_second(board)
    assert InboxMessage.objects.filter(processed_at=None).count() == (COUNT / 1000 if failing else 0)
    return rate


def test_poison_among_a_thousand_keys_holds_up_no_other(board):
    """`make proof` compares the rates, too: side by side, the median of five rounds."""
    poison = {"text 500": RuntimeError("boom")}
    ratios = [round_of(board, poison) / round_of(board, {}) for _ in range(ROUNDS)]
    print(f"rate with poison / without: {statistics.median(ratios):.2f} {[round(ratio, 2) for ratio in ratios]}")
    assert not PROOF or statistics.median(ratios) >= 0.8
