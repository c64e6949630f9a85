"""What a broker may do to messages, done on purpose: duplicates in another order, and poison."""

import random
import time
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

SECONDS = 5.0
POISONS = (
    b"not JSON",
    b"[]",
    b'{"a": NaN}',
    b"\xff\xfe",
    b"\x00",
    b"{}",
    b"[" * 5_000,
    b'{"type": "orders.order_placed"}',
)


class Topics:
    """A client of the storm's own on both topics.

    `confirmed` are the poisons that the broker has taken, with the time; `sent` are all, for it may have more of them.
    """

    def __init__(self, bootstrap_servers, names, seed):
        self.names = names
        self.config = {"bootstrap.servers": bootstrap_servers, "log_level": 0, "allow.auto.create.topics": False}
        self.chance = random.Random(seed)
        self.sent = set()
        self.confirmed = {}

    def repeat(self, count):
        """Send so many messages that are in a topic already once more, shuffled; returns whether all were confirmed."""
        topic = self.chance.choice(self.names)
        found = [each for each in self._read(topic) if each.value() not in self.sent]
        if len(found) < count:
            return False
        again = self.chance.sample(found, count)
        return len(self._send([(topic, each.key(), each.value(), each.headers()) for each in again])) == count

    def poison(self):
        """Send a message that nobody can read, unlike any other; returns whether it was confirmed."""
        value = self.chance.choice(POISONS) + b" " + uuid.UUID(int=self.chance.getrandbits(128)).bytes
        self.sent.add(value)
        confirmed = self._send([(self.chance.choice(self.names), str(uuid.uuid4()).encode(), value, None)])
        self.confirmed |= {each.value(): time.monotonic() for each in confirmed}
        return bool(confirmed)

    def _read(self, topic):
        group = {"group.id": f"storm-{uuid.uuid4().hex}", "enable.auto.commit": False}
        consumer = Consumer({**self.config, **group, "auto.offset.reset": "earliest"})
        try:
            partitions = consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions
            consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
            found = consumer.consume(2_000, timeout=1.0)
            return [message for message in found if message.error() is None]
        except (KafkaException, KeyError):  # the broker is away
            return []
        finally:
            consumer.close()

    def _send(self, messages):
        confirmed = []
        producer = Producer({**self.config, "message.timeout.ms": int(SECONDS * 1000)})
        for topic, key, value, headers in messages:
            producer.produce(
                topic, value, key, headers=headers, on_delivery=lambda error, sent: error or confirmed.append(sent)
            )
        producer.flush(SECONDS + 1)
        return confirmed
