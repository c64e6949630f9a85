from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from services.embedded.ports import free_port
from services.messaging.conf import configuration
from services.messaging.kafka.config import consumer_config, producer_config
from services.messaging.kafka.subscription import record_from
from tests.messaging.ring import Source
from tests.support.backing_services import wait_until
from tests.support.configure import configure

LIMIT = 2


@pytest.fixture
def send(topic):
    """Whatever a sender may send, honest or not."""
    producer = Producer(producer_config())

    def send(value=b"{}", key=b"ann", **options):
        producer.produce(topic, value, key, **options)
        assert producer.flush(20) == 0

    return send


@pytest.fixture
def subscribe(topic):
    opened = []

    def subscribe():
        opened.append(Source([topic], on_assign=lambda _: None, on_revoke=lambda _: None))
        return opened[-1]

    yield subscribe
    for each in opened:
        each.close()


@pytest.fixture
def fetch(topic):
    """The first record there, read without a group, which takes its time to form."""
    client = Consumer(consumer_config())
    client.assign([TopicPartition(topic, partition, 0) for partition in range(4)])

    def fetch():
        found = []
        wait_until(lambda: found.extend(client.consume(1, 0.1)) or found, seconds=20, what="a record", every=0)
        return record_from(found[0])

    yield fetch
    client.close()


def read(subscription, count):
    found = []

    def look():
        found.extend(polled := subscription.poll(0.1, LIMIT))
        assert len(polled) <= LIMIT
        return len(found) >= count

    wait_until(look, seconds=30, what=f"{count} records", every=0)
    return found


def committed(topic, record):
    """The offset that the broker keeps for the group."""
    client = Consumer(consumer_config())
    (found,) = client.committed([TopicPartition(topic, record.partition)], timeout=10)
    client.close()
    return found.offset


def test_record_is_what_kafka_holds(send, fetch, topic):
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    send(b"\0\xff", "Анна".encode(), headers=[("a", b"\0\xff"), ("a", b"again"), ("none", None)])
    record = fetch()
    assert (record.topic, record.key, record.value) == (topic, "Анна".encode(), b"\0\xff")
    assert record.headers == (("a", b"\0\xff"), ("a", b"again"), ("none", b""))
    assert before <= record.timestamp <= datetime.now(UTC)


def test_record_of_nothing_is_read(send, fetch):
    send(None, None)
    record = fetch()
    assert (record.key, record.value, record.headers) == (None, None, ())


def test_time_is_the_brokers_where_the_broker_keeps_it_and_else_the_one_that_the_sender_states(send, fetch):
    moment = datetime(2026, 3, 1, 12, 30, 0, 42_000, tzinfo=UTC)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    send(timestamp=int(moment.timestamp() * 1000))
    found = fetch().timestamp
    assert found == moment if configuration().kafka_profile == "embedded" else before <= found <= datetime.now(UTC)


def test_restarted_member_reads_nothing_again(send, subscribe, topic):
    for number in range(3):
        send(b"%d" % number)
    first = subscribe()
    first.commit(records := read(first, 3))
    first.close()
    assert committed(topic, records[-1]) == records[-1].offset + 1
    send(b"new")
    assert [record.value for record in read(subscribe(), 1)] == [b"new"]


def test_silent_broker_is_told_from_one_that_answers(subscribe, settings):
    assert subscribe().answers()
    configure(settings, KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}")
    silent = subscribe()
    assert not silent.answers()
    silent.close()
    assert not silent.answers()
