"""The relay beside a raw idempotent producer of the same records, and beside a relay that the ORM would write."""

import uuid

from confluent_kafka import Producer
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from tests.proof.bench.measuring import Rival, race

BATCH = 1_000
USERS = 1_000
NAIVE = 300  # messages: it confirms each before the next


def figures(quick, rounds):
    from services.messaging.processes.leader import Role, open_connection
    from services.messaging.sending.relay import Relay

    call_command("migrate", verbosity=0)
    call_command("create_topics", verbosity=0)
    relay = Relay(lambda: open_connection(Role.RELAY))
    ours = Rival("relay", fill, lambda count: drain(relay, count))
    raw = Rival("raw idempotent produce", ready_records, produce)
    naive = Rival("ORM, one by one", fill, drain_one_by_one)
    count = 5_000 if quick else 20_000
    yield race("relay / raw produce of the same records", ours, raw, count=count, rounds=rounds, at_least=0.5)
    yield race("relay / ORM, one by one", ours, naive, count=count, rounds=rounds, counts={naive.name: NAIVE})
    relay.close()


def messages(count):
    from services.messaging.message import Message

    users = [uuid.uuid4() for _ in range(USERS)]
    for number in range(count):
        order, user = uuid.uuid4(), users[number % USERS]
        payload = {"order_id": str(order), "user_id": str(user), "amount": 100, "currency": "RUB"}
        yield Message("orders.order_placed", order, str(user), timezone.now(), payload)


def fill(count):
    """So many messages wait in the outbox; the statistics are the same before every round."""
    from services.messaging.sending.outbox import enqueue

    waiting = list(messages(count))
    for start in range(0, count, BATCH):
        with transaction.atomic():
            enqueue(waiting[start : start + BATCH])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return count


def drain(relay, count):
    sent = 0
    while sent < count:
        sent += relay.step()


def records_like_ours(count):
    """What the relay would hand to the producer: topic, key, value and headers, signature and all."""
    from services.messaging.conf import configuration
    from services.messaging.signature import sign

    topic = configuration().sends["*"]
    for each in messages(count):
        key, value = each.key.encode(), each.encode()
        headers = each.headers(source="urn:shop:orders", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
        signed = sign(topic=topic, key=key, attempt=b"1", value=value, keys=configuration().keys[topic])
        yield topic, value, key, list({**headers, "attempt": "1", "signature": signed}.items())


def ready_records(count):
    """And a producer whose first record, which takes half a second, is behind it, as the relay's is."""
    from services.messaging.kafka.config import producer_config

    producer, first, *records = Producer(producer_config()), *records_like_ours(count + 1)
    produce((producer, [first]))
    return producer, records


def produce(ready):
    producer, records = ready
    confirmed = []

    def told(error, message):
        confirmed.append(error)

    for topic, value, key, headers in records:
        producer.produce(topic, value, key, headers=headers, on_delivery=told)
        producer.poll(0)
    producer.flush(60)
    assert confirmed == [None] * len(records)


def drain_one_by_one(count):
    """The next row by the ORM, sent, waited for, and marked."""
    from services.messaging.kafka.config import producer_config
    from services.messaging.models import Delivery, PendingDelivery

    producer = Producer(producer_config())
    for _ in range(count):
        waiting = PendingDelivery.objects.select_related("message").order_by("message_id").first()
        message = waiting.message
        told = []
        headers = list(message.headers.items())
        producer.produce(
            message.topic,
            bytes(message.value),
            message.key,
            headers=headers,
            on_delivery=lambda error, sent, told=told: told.append((error, sent)),
        )
        producer.flush(30)
        [(error, sent)] = told
        assert error is None
        with transaction.atomic():
            Delivery.objects.create(
                message=message, attempt=waiting.attempt, partition=sent.partition(), offset=sent.offset()
            )
            waiting.delete()
