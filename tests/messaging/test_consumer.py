import signal
import subprocess
import threading

import pytest
from django.db import connection, transaction

from services.embedded.broker import Broker
from services.embedded.children import start_child
from services.embedded.ports import free_port
from services.messaging.kafka.subscription import subscribe
from services.messaging.kafka.topics import TopicsNotReady, check_topics, create_topics
from services.messaging.models import Delivery, InboxMessage, PendingDelivery
from services.messaging.processes.leader import lock_number
from services.messaging.receiving import consumer as receiving
from services.messaging.receiving.consumer import Consumer
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from services.messaging.sending.relay import Relay
from tests.messaging.ring import KEYS, Board, Source, note
from tests.support.backing_services import stop, wait_until
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)


def send(*messages):
    with transaction.atomic():
        enqueue(messages)


def in_another_session(work):
    def run():
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def consume(consumer, condition, seconds=20):
    def step():
        consumer.step()
        return condition()

    wait_until(step, seconds=seconds, what="consumed", every=0)


@pytest.fixture
def make_consumer(board, topic):
    made = []

    def make(subscribe=Source):
        made.append(Consumer([topic], Inbox(handlers=board.handlers, keys={topic: KEYS}), subscribe))
        return made[-1]

    yield make
    for consumer in made:
        consumer.close()


def test_message_travels_from_outbox_to_handler(make_consumer, board, direct):
    consumer = make_consumer()
    send(*[note(str(number), owner=f"owner {number % 5}") for number in range(100)])
    Relay(direct).drain()
    consume(consumer, lambda: len(board.texts()) == 100)
    assert sorted(board.texts(), key=int) == [str(number) for number in range(100)]


def test_killed_between_database_commit_and_offset_commit_has_no_second_effect(make_consumer, board, direct):
    class Killed(Exception):
        pass

    class DiesBeforeOffsets(Source):
        def commit(self, records):
            raise Killed

    send(*[note(str(number)) for number in range(10)])
    Relay(direct).drain()
    first = make_consumer(DiesBeforeOffsets)
    with pytest.raises(Killed):
        consume(first, lambda: False)
    assert len(board.texts()) > 0
    first.close()
    second = make_consumer()
    consume(second, lambda: InboxMessage.objects.filter(duplicates__gt=0).exists() and len(board.texts()) == 10)
    assert sorted(board.texts(), key=int) == [str(number) for number in range(10)]


def test_offsets_are_committed_only_after_the_rows_are_stored(make_consumer, board, direct):
    class Watching(Source):
        stored = []

        def commit(self, records):
            self.stored.append(InboxMessage.objects.count() >= len(records) and not connection.in_atomic_block)
            super().commit(records)

    consumer = make_consumer(Watching)
    send(note("one"), note("two"))
    Relay(direct).drain()
    consume(consumer, lambda: len(board.texts()) == 2)
    assert Watching.stored
    assert all(Watching.stored)


def test_partition_whose_lock_a_zombie_holds_waits_for_it(make_consumer, board, direct, topic):
    zombie = direct()
    number = lock_number(f"partition of {topic}")
    for partition in range(4):
        zombie.execute("SELECT pg_advisory_lock(%s, %s)", [number, partition])
    consumer = make_consumer()
    send(note())
    Relay(direct).drain()
    wait_until(lambda: consumer.step() > 0, seconds=15, what="polled")
    for _ in range(5):
        consumer.step()
    assert (board.texts(), InboxMessage.objects.count()) == ([], 0)
    zombie.close()
    consume(consumer, lambda: board.texts() == ["hello"])


def test_records_of_a_partition_that_is_taken_away_while_they_are_polled_are_left_to_its_successor(
    make_consumer, board, direct
):
    class TakenAway(Source):
        committed, found = [], []

        def __init__(self, topics, *, on_assign, on_revoke):
            super().__init__(topics, on_assign=on_assign, on_revoke=on_revoke)
            self.on_revoke = on_revoke

        def poll(self, seconds, limit):
            self.found += (records := super().poll(seconds, limit))
            self.on_revoke({record.place for record in records})
            return records

        def commit(self, records):
            self.committed.extend(records)

    consumer = make_consumer(TakenAway)
    send(note())
    Relay(direct).drain()
    consume(consumer, lambda: TakenAway.found)
    assert (board.texts(), InboxMessage.objects.count(), TakenAway.committed) == ([], 0, [])


def test_session_that_dies_inside_the_work_is_no_failure_of_the_messages(make_consumer, board, direct):
    other, deaths = direct(), []

    def die(messages):
        if not deaths:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                deaths.extend(cursor.fetchone())
            other.execute("SELECT pg_terminate_backend(%s)", deaths)
        Board.handle(board, messages)

    board.handle = die
    consumer = make_consumer()
    send(*[note(str(number)) for number in range(3)])
    Relay(direct).drain()
    consume(consumer, lambda: board.texts() == ["0", "1", "2"])
    assert deaths
    assert set(InboxMessage.objects.values_list("failures", "last_error", "dead_at")) == {(0, "", None)}


def test_work_is_done_only_under_the_partitions_lock(make_consumer, board, direct, topic):
    """Two that know nothing of each other: what one works on, the other gives back."""
    other, refused = direct(), []

    def look(messages):
        other.execute("BEGIN")
        for partition in range(4):
            taken = other.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", [lock_number(f"partition of {topic}"), partition]
            ).fetchone()
            refused.append(not taken[0])
        other.execute("ROLLBACK")
        Board.handle(board, messages)

    board.handle = look
    consumer = make_consumer()
    send(note())
    Relay(direct).drain()
    consume(consumer, lambda: board.texts() == ["hello"])
    assert sorted(refused) == [False, False, False, True]  # that of the message's partition alone
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)  # and gone with the transaction


def test_consumer_outlives_a_database_that_is_away(make_consumer, board, direct, settings):
    consumer = make_consumer()
    send(note())
    Relay(direct).drain()
    port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], str(free_port())
    connection.close()
    try:
        consume(consumer, lambda: consumer._held and not consumer.database_answers())
        for _ in range(3):
            consumer.step()
    finally:
        connection.settings_dict["PORT"] = port
    consume(consumer, lambda: board.texts() == ["hello"])
    assert consumer.database_answers()


class Forgotten:
    """A member to which its group gives nothing, though the broker answers."""

    def __init__(self):
        self.closed = False

    def poll(self, seconds, limit):
        return []

    def answers(self):
        return True

    def close(self):
        self.closed = True


def test_member_without_partitions_becomes_another_member_and_goes_on(make_consumer, monkeypatch):
    members = []

    def subscribe(topics, **callbacks):
        members.append(Forgotten())
        return members[-1]

    consumer = make_consumer(subscribe)
    consumer.step()
    assert len(members) == 1
    monkeypatch.setattr(receiving, "EMPTY_ASSIGNMENT_SECONDS", 0.0)
    consumer.step()
    assert [member.closed for member in members] == [True, False]


def test_wrong_number_of_partitions_is_refused(topic, settings):
    configure(settings, TOPIC_PARTITIONS=5)
    with pytest.raises(TopicsNotReady, match="has 4 partitions and TOPIC_PARTITIONS says 5"):
        check_topics([topic])


def test_live_clients_recover_when_the_broker_loses_everything(board, ring, direct, settings):
    broker = Broker(free_port())
    configure(settings, KAFKA_BOOTSTRAP_SERVERS=broker.bootstrap_servers(), KAFKA_PROFILE="embedded")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = start_child(broker.command(), **quiet)
    try:
        wait_until(broker.ready, seconds=10, what="broker")
        create_topics()
        relay = Relay(direct)
        consumer = Consumer([ring], Inbox(handlers=board.handlers, keys={ring: KEYS}), subscribe)
        send(note("before"))
        relay.drain()
        consume(consumer, lambda: board.texts() == ["before"])

        stop(process, signal.SIGKILL)
        send(note("after"))
        process = start_child(broker.command(), **quiet)
        wait_until(broker.ready, seconds=10, what="broker")
        create_topics()
        relay.drain()
        assert PendingDelivery.objects.count() == 0
        consume(consumer, lambda: board.texts() == ["before", "after"], seconds=40)
        assert Delivery.objects.count() == 2
        relay.close()
        consumer.close()
    finally:
        stop(process, signal.SIGKILL)
