import random
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from services.embedded.ports import free_port
from services.messaging.kafka.publisher import Publisher
from services.messaging.kafka.topics import create_topics
from services.messaging.models import DeadLetter, Delivery, OutboxMessage, PendingDelivery
from services.messaging.sending import relay as module
from services.messaging.sending.outbox import enqueue
from services.messaging.sending.relay import Relay
from tests.messaging.ring import KEYS, Source, note
from tests.support.backing_services import wait_until
from tests.support.configure import configure

pytestmark = pytest.mark.django_db(transaction=True)


def read_all(topic, count, seconds=15):
    """Everything in the topic, partition by partition in order, once `count` are there."""
    found = []
    subscription = Source([topic], on_assign=lambda _: None, on_revoke=lambda _: None)
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        found += subscription.poll(0.1, 500)
    found += subscription.poll(0.2, 500)
    subscription.close()
    return sorted(found, key=lambda record: (record.partition, record.offset))


def send(*messages):
    with transaction.atomic():
        enqueue(messages)


def test_messages_arrive_in_order_of_their_key_with_their_headers(topic, direct):
    owners = ["ann", "bob", "eve"]
    messages = [note(str(number), owner=owners[number % 3]) for number in range(60)]
    send(*messages)
    relay = Relay(direct, batch_size=7)
    assert relay.drain() == 60
    records = read_all(topic, 60)
    assert len(records) == 60
    for owner in owners:
        sent = [str(each.subject) for each in messages if each.key == owner]
        assert [
            dict(record.headers)["ce_subject"].decode() for record in records if record.key == owner.encode()
        ] == sent
    assert {dict(record.headers)["attempt"] for record in records} == {b"1"}
    assert PendingDelivery.objects.count() == 0
    assert set(Delivery.objects.values_list("message__subject", flat=True)) == {each.subject for each in messages}


def test_nothing_is_marked_before_its_confirmation(topic, direct):
    send(note())

    class Silent(Publisher):
        def poll(self, seconds):
            pass

    relay = Relay(direct, new_publisher=Silent)
    relay.step()
    relay.step()
    assert PendingDelivery.objects.count() == 1
    assert Delivery.objects.count() == 0


def test_message_enqueued_again_while_on_the_way_is_sent_again(topic, direct):
    message = note()
    send(message)

    class Meanwhile(Publisher):
        raised = False

        def poll(self, seconds):
            super().poll(1)
            if self.confirmed and not Meanwhile.raised:
                Meanwhile.raised = True
                send(note(note_id=message.subject, attempt=2))

    Relay(direct, new_publisher=Meanwhile).drain()
    assert list(Delivery.objects.order_by("id").values_list("attempt", flat=True)) == [1, 2]
    attempts = [dict(record.headers)["attempt"] for record in read_all(topic, 2)]
    assert attempts == [b"1", b"2"]


def test_writers_that_commit_late_lose_nothing(topic, direct):
    """Ids become visible out of order; a relay that reads behind the last id would skip 20 % of these."""
    done = threading.Event()

    def write(seed):
        chance = random.Random(seed)
        for number in range(40):
            with transaction.atomic():
                enqueue([note(f"{seed}/{number}", owner=str(seed))])
                if chance.random() < 0.2:
                    time.sleep(0.03)  # hold the transaction open: the id is taken and not yet visible
        connection.close()

    writers = [threading.Thread(target=write, args=[seed]) for seed in range(6)]
    relay = Relay(direct, batch_size=20)
    for writer in writers:
        writer.start()
    while not done.is_set():
        relay.step()
        if not any(writer.is_alive() for writer in writers):
            done.set()
    relay.drain()
    assert OutboxMessage.objects.count() == 240
    assert PendingDelivery.objects.count() == 0
    assert len({dict(record.headers)["ce_id"] for record in read_all(topic, 240)}) == 240


def test_of_two_relays_one_leads_and_the_other_takes_over(topic, direct):
    first, second = Relay(direct), Relay(direct)
    send(note("one"))
    assert first.drain() == 1
    send(note("two"))
    assert second.step() == 0
    assert (first.leadership.leads, second.leadership.leads) == (True, False)
    first.close()
    assert second.drain() == 1
    assert second.leadership.leads


def test_message_too_large_for_the_broker_becomes_a_dead_letter_and_holds_nobody_up(topic, direct):
    send(note("x" * 1_100_000), note("small"))
    relay = Relay(direct)
    relay.drain()
    assert Delivery.objects.count() == 1
    letter = DeadLetter.objects.get()
    assert (letter.source, letter.reason) == ("outbox", "refused")
    assert bytes(letter.value) == bytes(OutboxMessage.objects.order_by("id").first().value)


def test_message_refused_again_is_the_same_dead_letter_and_open_again(topic, direct):
    """As a watchdog sends again whatever gets no answer; it cannot know why."""
    large, relay = note("x" * 1_100_000), Relay(direct)
    send(large)
    relay.drain()
    DeadLetter.objects.update(resolved_at=timezone.now(), key=None, value=None)  # dismissed, and pruned since
    send(large)
    relay.drain()
    letter = DeadLetter.objects.get()
    assert letter.resolved_at is None
    assert (bytes(letter.key), bytes(letter.value)) == (b"ann", large.encode())


def test_messages_wait_while_the_topic_is_missing(ring, direct):
    send(note())
    relay = Relay(direct)
    for _ in range(3):
        relay.step()
    assert PendingDelivery.objects.count() == 1
    assert DeadLetter.objects.count() == 0


def test_waiting_relay_is_woken_by_a_commit(topic, direct, monkeypatch):
    """Without the wake-up it would look again in ten minutes."""
    monkeypatch.setattr(module, "QUICK_LOOKS", ())
    monkeypatch.setattr(module, "SLOW_LOOK", 600.0)
    relay, observer, over = Relay(direct), direct(), threading.Event()
    session = relay.leadership.direct

    def run():
        while not over.is_set():
            relay.step()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    waits = "SELECT state = 'idle' AND query LIKE '%%messaging_pendingdelivery%%' FROM pg_stat_activity WHERE pid = %s"
    pid = session.info.backend_pid
    wait_until(lambda: observer.execute(waits, [pid]).fetchone() == (True,), seconds=10, what="the relay waits")
    send(note())
    wait_until(Delivery.objects.exists, seconds=20, what="sent")
    assert relay.leadership.direct is session  # and not a new one, for the server ends who is silent
    over.set()
    observer.execute("SELECT pg_notify('outbox', '')")
    thread.join(20)


def test_probe_of_a_relay_tells_whether_the_broker_answers(topic, direct, settings):
    relay = Relay(direct)
    assert not relay.broker_answers()
    relay.step()
    assert relay.broker_answers()
    configure(settings, KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}")
    lonely = Relay(direct)
    lonely.step()
    assert not lonely.broker_answers()


def test_topic_that_the_broker_lacks_keeps_its_own_messages_waiting_and_no_others(topic, direct, settings):
    configure(settings, SENDS={"*": f"{topic}-renamed"}, KEYS={topic: KEYS, f"{topic}-renamed": KEYS})
    send(*[note(f"for nowhere {number}") for number in range(300)])
    configure(settings, SENDS={"*": topic})
    send(note("for somewhere"))
    relay = Relay(direct, batch_size=100)
    wait_until(lambda: relay.step() > 0 or Delivery.objects.exists(), seconds=40, what="the good one sent", every=0)
    assert Delivery.objects.get().message.topic == topic
    assert PendingDelivery.objects.count() == 300
    configure(settings, SENDS={"*": f"{topic}-renamed"}, KEYS={topic: KEYS, f"{topic}-renamed": KEYS})
    create_topics()
    wait_until(lambda: relay.step() < 0 or Delivery.objects.count() == 301, seconds=40, what="the rest sent", every=0)
    assert DeadLetter.objects.count() == 0
    sent = Delivery.objects.filter(message__topic__endswith="renamed").order_by("partition", "offset")
    ids = [row.message_id for row in sent]
    assert ids == sorted(ids)  # one key, one partition: in order all the same
    relay.close()


def test_relay_outlives_its_connection_and_leads_again(topic, direct):
    relay, other = Relay(direct), direct()
    send(note("before"))
    relay.drain()
    pid = relay.leadership.direct.info.backend_pid
    other.execute("SELECT pg_terminate_backend(%s)", [pid])
    send(note("after"))
    wait_until(lambda: relay.step() >= 0 and Delivery.objects.count() == 2, seconds=20, what="sent", every=0)
    assert relay.leadership.leads
    relay.close()


def test_topic_without_a_key_ring_keeps_its_own_messages_waiting_until_it_has_one(topic, direct, settings):
    configure(settings, SENDS={"*": f"{topic}-once"})
    send(note("nobody may sign this"))
    configure(settings, SENDS={"*": topic})
    send(note("signed"))
    relay = Relay(direct)
    relay.drain()
    assert Delivery.objects.get().message.topic == topic
    assert PendingDelivery.objects.get().message.topic == f"{topic}-once"
    configure(settings, SENDS={"*": f"{topic}-once"}, KEYS={f"{topic}-once": KEYS})
    create_topics()
    relay.drain()
    assert PendingDelivery.objects.count() == 0
    relay.close()
