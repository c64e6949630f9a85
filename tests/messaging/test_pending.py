"""One key's trouble is nobody else's: what failed or waits is worked on in a bounded share of each step."""

import itertools
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from services.messaging.message import Contradiction, KeysBusy, PermanentError
from services.messaging.models import DeadLetter, InboxMessage
from services.messaging.processes.leader import lock_number
from services.messaging.receiving import pending
from services.messaging.receiving.inbox import Inbox
from tests.messaging.ring import TRUSTED, Board, note, record, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(board):
    return Inbox(handlers=board.handlers, keys=TRUSTED)


def work(inbox):
    InboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    return work_off(inbox)


class Busy(Board):
    """Some owners' things are held by somebody else."""

    def __init__(self):
        super().__init__()
        self.held = set()

    def handle(self, messages):
        if busy := {message.event.owner for message in messages} & self.held:
            raise KeysBusy(busy)
        super().handle(messages)


@pytest.fixture
def busy(board):
    return Busy()


def test_keys_that_are_busy_wait_without_a_failure_and_the_rest_of_the_batch_is_handled_at_once(busy):
    inbox = Inbox(handlers=busy.handlers, keys=TRUSTED)
    busy.held = {"ann"}
    owners = enumerate(("ann", "bob", "ann", "cid"))
    inbox.receive([record(note(f"{owner} {number}", owner=owner), offset=number) for number, owner in owners])
    assert busy.texts() == ["bob 1", "cid 3"]
    for _ in range(30):
        work(inbox)
    of_ann = InboxMessage.objects.filter(key="ann")
    assert set(of_ann.values_list("failures", "last_error", "dead_at")) == {(0, "", None)}
    busy.held = set()
    work(inbox)
    assert busy.texts() == ["bob 1", "cid 3", "ann 0", "ann 2"]
    assert DeadLetter.objects.count() == 0


def test_message_that_fails_beside_a_busy_key_is_found_and_the_rest_is_handled(busy):
    inbox = Inbox(handlers=busy.handlers, keys=TRUSTED)
    busy.held, busy.failing = {"ann"}, {"bad": RuntimeError("boom")}
    texts = enumerate([("busy", "ann"), ("bad", "bob"), ("good", "cid")])
    records = [record(note(text, owner=owner), offset=number) for number, (text, owner) in texts]
    inbox.receive([*records, record(note(), offset=3, headers=())])
    assert (busy.texts(), InboxMessage.objects.count(), DeadLetter.objects.count()) == ([], 3, 1)
    work(inbox)
    assert busy.texts() == ["good"]
    assert dict(InboxMessage.objects.values_list("key", "failures")) == {"ann": 0, "bob": 1, "cid": 0}


def test_what_waits_long_is_looked_at_at_least_once_a_second(busy):
    inbox = Inbox(handlers=busy.handlers, keys=TRUSTED)
    busy.held = {"ann"}
    inbox.receive([record(note(owner="ann"))])
    InboxMessage.objects.update(received_at=timezone.now() - timedelta(minutes=6))
    work(inbox)
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_attempt_at - clock_timestamp() <= interval '1 s' FROM messaging_inboxmessage")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize("state", ["57014", "55P03", "40P01", "40001"])
def test_what_the_database_says_of_itself_is_no_failure_of_a_message(inbox, board, state):
    def raise_it(messages):
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '{state}'; END $$")

    board.handle = raise_it
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    inbox.receive([record(note("one")), record(note("two"), offset=1)])
    for _ in range(25):
        work(inbox)
    assert set(InboxMessage.objects.values_list("failures", "dead_at")) == {(0, None)}
    del board.handle
    inbox = Inbox(handlers=board.handlers, keys=TRUSTED)
    work(inbox)
    assert board.texts() == ["one", "two"]


def test_server_that_has_no_room_ends_the_batch(board):
    def raise_it(messages):
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$")

    board.handle = raise_it
    with pytest.raises(OperationalError):
        Inbox(handlers=board.handlers, keys=TRUSTED).receive([record(note())])
    assert InboxMessage.objects.count() == 0


def test_step_takes_a_bounded_share_however_many_keys_are_parked(inbox, board, monkeypatch):
    monkeypatch.setattr(pending, "STEP_SECONDS", 0.02)
    texts = [str(number) for number in range(80)]
    board.failing = dict.fromkeys(texts, RuntimeError("parked"))
    inbox.receive([record(note(text, owner=text), offset=int(text)) for text in texts])
    for step in itertools.count():
        inbox.pending.expect_work()
        inbox.pending.work({("ring", 0)})
        inbox.receive([record(note("healthy", owner=f"healthy {step}"), offset=1000 + step)])
        assert board.texts() == ["healthy"] * (step + 1)  # at once, and not after all of the parked ones
        if not InboxMessage.objects.filter(failures=0, processed_at=None).exists():
            break
    assert step > 3


def test_bad_one_among_many_is_found_and_the_others_keep_their_order(inbox, board):
    board.failing = {"150": RuntimeError("boom")}
    inbox.receive([record(note(str(number), owner=f"owner {number % 7}"), offset=number) for number in range(200)])
    while InboxMessage.objects.filter(processed_at=None, failures=0, key__lt="owner 3").exists():
        inbox.pending.expect_work()
        inbox.pending.work({("ring", 0)})
    parked = [str(number) for number in range(150, 200) if number % 7 == 150 % 7]
    assert board.texts() == [str(number) for number in range(200) if str(number) not in parked]
    board.failing = {}
    work(inbox)
    work(inbox)
    assert board.texts()[-len(parked) :] == parked


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermanentError("no"), "rejected"), (Contradiction("lie"), "conflict"), (ValueError("x"), "failed")],
)
def test_dead_letter_says_why(inbox, board, settings, error, reason):
    settings.MESSAGING = {**settings.MESSAGING, "RETRIES": {"test.note": {"give_up_seconds": 0}}}
    board.failing = {"hello": error}
    inbox.receive([record(note())])
    work(inbox)
    assert DeadLetter.objects.get().reason == reason


def test_message_that_new_code_no_longer_reads_is_an_honest_dead_letter(inbox, board):
    board.failing = {"hello": RuntimeError("boom")}
    inbox.receive([record(note())])
    work(Inbox(handlers={}, keys=TRUSTED))
    assert DeadLetter.objects.get().reason == "unknown_type"


def test_row_that_another_consumer_handled_meanwhile_is_left_alone(board):
    """Two without a thought of each other look at the same rows; the second finds them done under the lock."""
    first, second = (Inbox(handlers=board.handlers, keys=TRUSTED) for _ in range(2))
    board.failing = {"hello": RuntimeError("boom")}
    first.receive([record(note())])
    board.failing = {}
    rows = second.pending._look(pending.DUE, {("ring", 0)}, 10)
    work(first)
    second.pending._transact(rows)
    assert board.texts() == ["hello"]


def test_what_waits_in_a_partition_that_another_session_works_on_is_left_to_it(inbox, board, direct):
    board.failing = {"hello": RuntimeError("boom")}
    inbox.receive([record(note())])
    board.failing = {}
    other, partition = direct(), [lock_number("partition of ring")]
    other.execute("SELECT pg_advisory_lock(%s, 0)", partition)
    work(inbox)
    assert board.texts() == []
    other.execute("SELECT pg_advisory_unlock(%s, 0)", partition)
    work(inbox)
    assert board.texts() == ["hello"]


def test_backoff_is_by_the_clock_of_the_database(inbox, board, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: real_now() - timedelta(seconds=120))
    inbox.receive([record(note())])
    assert board.texts() == ["hello"]
    board.failing = {"again": RuntimeError("boom")}
    inbox.receive([record(note("again"), offset=1)])
    board.failing = {}
    inbox.pending.expect_work()
    inbox.pending.work({("ring", 0)})
    assert board.texts() == ["hello", "again"]


def test_wait_after_a_failure_is_by_the_clock_of_the_database(inbox, board, monkeypatch):
    board.failing = {"hello": RuntimeError("boom")}
    monkeypatch.setattr(timezone, "now", lambda: real_now() - timedelta(seconds=120))
    inbox.receive([record(note())])
    inbox.pending.work({("ring", 0)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT failures, next_attempt_at > clock_timestamp() FROM messaging_inboxmessage")
        assert cursor.fetchone() == (1, True)


real_now = timezone.now


SLOW_CLOCK = """
CREATE SCHEMA slow;
CREATE FUNCTION slow.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
    AS 'SELECT pg_catalog.clock_timestamp() FROM (SELECT pg_sleep(0.05)) AS slept';
SET search_path TO slow, public, pg_catalog
"""


@pytest.fixture
def slow_clock(db):
    """PostgreSQL takes long from each look at the clock to the next, as on a busy machine."""
    with connection.cursor() as cursor:
        cursor.execute(SLOW_CLOCK)
        yield
        cursor.execute("RESET search_path; DROP SCHEMA slow CASCADE")


def test_message_does_not_overtake_one_that_becomes_due_while_it_is_looked_for(busy, slow_clock):
    inbox = Inbox(handlers=busy.handlers, keys=TRUSTED)
    busy.held = {"ann"}
    inbox.receive([record(note(f"{number}"), offset=number) for number in range(2)])
    busy.held = set()
    first, second = InboxMessage.objects.order_by("id").values_list("id", flat=True)
    soon = timezone.now() + timedelta(milliseconds=100)
    InboxMessage.objects.filter(id=second).update(next_attempt_at=soon - timedelta(seconds=1))
    InboxMessage.objects.filter(id=first).update(next_attempt_at=soon)
    inbox.pending.work({("ring", 0)})
    assert busy.texts() != ["1"]
    work(inbox)
    assert busy.texts() == ["0", "1"]
