from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from services.messaging.facts import Fact
from services.messaging.message import PermanentError
from services.messaging.models import DeadLetter, InboxMessage, OutboxMessage
from services.messaging.operating.facts import FACTS
from services.messaging.processes.leader import lock_number, try_lead
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from tests.messaging.ring import TRUSTED, note, record

pytestmark = pytest.mark.django_db(transaction=True)

NO_LEADER = {"relay_has_leader": False, "chores_have_leader": False}


def read(*names):
    readings = [fact.take() for fact in FACTS if fact.name in names]
    return [(reading.value, reading.is_degraded) for reading in readings]


def degraded():
    readings = [fact.take() for fact in FACTS]
    return {reading.fact.name: reading.value for reading in readings if reading.is_degraded}


def minutes_ago(number):
    return timezone.now() - timedelta(minutes=number)


def test_nothing_waits_where_there_is_nothing():
    assert read("oldest_unsent_seconds", "oldest_unprocessed_seconds") == [(0, False)] * 2
    assert read("pending_deliveries", "pending_messages", "dead_letters") == [(0, False)] * 3


def test_oldest_unsent_message_degrades_when_it_waited_for_more_than_ten_seconds(ring):
    with transaction.atomic():
        enqueue([note(), note()])
    [(age, is_degraded)] = read("oldest_unsent_seconds")
    assert 0 < age < 10
    assert not is_degraded
    OutboxMessage.objects.filter(id=OutboxMessage.objects.latest("id").id).update(created_at=minutes_ago(1))
    [(age, is_degraded)] = read("oldest_unsent_seconds")
    assert 60 <= age < 70
    assert is_degraded
    assert read("pending_deliveries") == [(2, False)]


def test_oldest_unprocessed_message_degrades_when_it_waited_for_more_than_ten_seconds(board):
    Inbox(handlers=board.handlers, keys=TRUSTED).receive([record(note()), record(note(), offset=1)])
    assert read("oldest_unprocessed_seconds", "pending_messages") == [(0, False), (0, False)]
    InboxMessage.objects.update(received_at=minutes_ago(2), processed_at=None)
    [(age, is_degraded), pending] = read("oldest_unprocessed_seconds", "pending_messages")
    assert 120 <= age < 130
    assert is_degraded
    assert pending == (2, False)


def test_dead_letter_degrades_until_it_is_resolved(board):
    board.failing["bad"] = PermanentError("no")
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    inbox.receive([record(note("bad"))])
    inbox.pending.work({("ring", 0)})
    assert degraded() == {"dead_letters": 1, **NO_LEADER}
    DeadLetter.objects.update(resolved_at=timezone.now())
    assert degraded() == NO_LEADER


def test_leader_is_seen_from_another_session_until_its_own_ends(direct):
    leader = direct()
    assert try_lead(leader, "relay")
    assert degraded() == {"chores_have_leader": False}
    assert try_lead(leader, "chores")
    assert degraded() == {}
    leader.close()
    assert degraded() == NO_LEADER


def test_lock_of_another_kind_is_no_leader(direct):
    session = direct()
    session.execute("SELECT pg_advisory_lock(%s, 1)", [lock_number("relay")])
    session.execute("SELECT pg_advisory_lock(%s)", [lock_number("relay")])
    assert degraded() == NO_LEADER


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        ({}, 10**9, False),
        ({"at_most": 10}, 10, False),
        ({"at_most": 10}, 10.5, True),
        ({"at_least": 1}, True, False),
        ({"at_least": 1}, False, True),
    ],
)
def test_fact_degrades_when_it_is_out_of_bounds(bounds, value, expected):
    fact = Fact(name="test", help="", read=lambda: value, **bounds)
    assert (fact.take().value, fact.take().is_degraded, fact.is_bounded) == (value, expected, bool(bounds))


def test_fact_that_cannot_be_read_has_no_value_and_degrades():
    def read():
        raise RuntimeError("no")

    reading = Fact(name="test", help="", read=read).take()
    assert (reading.value, reading.is_degraded) == (None, True)
