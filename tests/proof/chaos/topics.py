"""What a broker may do to messages, done on purpose: duplicates in another order, hostile records, and poison."""

import random
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


# A header of every record of the storm's own making: no signature covers it, and a dead letter keeps it.
MARK = "storm"
GARBAGE = (b"\x00", b"\xff\xfe", b"00-" + b"z" * 500, b"")
# Microseconds where milliseconds are meant: beyond the year 9999.
NO_CLOCKS_TIME = 1_800_000_000_000_000


def mark_of(headers):
    """The storm's mark among a record's headers or a dead letter's; None on what is not of its making."""
    return {name: value if isinstance(value, str) else value.decode() for name, value in headers if name == MARK}.get(
        MARK
    )


class Topics:
    """A client of the storm's own on both topics.

    `poisons` are the marks of all records that must become dead letters once they are read, and `confirmed` those of
    them that the broker has taken; it may have more of them.
    """

    def __init__(self, bootstrap_servers, names, seed):
        self.names = names
        self.config = {"bootstrap.servers": bootstrap_servers, "log_level": 0, "allow.auto.create.topics": False}
        self.chance = random.Random(seed)
        self.poisons = set()
        self.confirmed = set()
        self.seen = {}

    def repeat(self, count):
        """Send so many messages that were in a topic once more, shuffled; returns whether all were confirmed."""
        topic, found = self._genuine()
        if len(found) < count:
            return False
        again = self.chance.sample(found, count)
        return len(self._send([(topic, each.key(), each.value(), each.headers()) for each in again])) == count

    def poison(self):
        """Send a message that nobody can read; returns whether it was confirmed."""
        mark, value = self._new_mark(), self.chance.choice(POISONS)
        return self._send_poison(mark, (self.chance.choice(self.names), str(uuid.uuid4()).encode(), value, []))

    def disguise(self):
        """Send a message once more with garbage in all that no signature covers: a duplicate like any other."""
        topic, found = self._genuine()
        if not found:
            return False
        message, garbage = self.chance.choice(found), self.chance.choice(GARBAGE)
        signed = [pair for pair in message.headers() if pair[0] in ("signature", "attempt")]
        hints = [(name, garbage) for name in ("traceparent", "ce_id", "ce_time", "anything")]
        headers = [*signed, *hints, (MARK, self._new_mark())]
        return bool(self._send([(topic, message.key(), message.value(), headers, NO_CLOCKS_TIME)]))

    def forge(self):
        """Send a message once more with something altered that the signature covers; returns whether it was taken."""
        topic, found = self._genuine()
        if not found:
            return False
        message, mark = self.chance.choice(found), self._new_mark()
        record = (topic, message.key(), message.value(), message.headers())
        return self._send_poison(mark, self.chance.choice(FORGERIES)(*record, self.names))

    def _new_mark(self):
        return uuid.UUID(int=self.chance.getrandbits(128)).hex

    def _send_poison(self, mark, record):
        self.poisons.add(mark)
        topic, key, value, headers = record
        confirmed = self._send([(topic, key, value, [*headers, (MARK, mark)])])
        self.confirmed |= {mark} if confirmed else set()
        return bool(confirmed)

    def _genuine(self):
        """A topic, and what is in it that the storm has not made; what was, where a wipe has left nothing."""
        topic = self.chance.choice(self.names)
        if found := [each for each in self._read(topic) if mark_of(each.headers() or []) is None]:
            self.seen[topic] = found
        return topic, self.seen.get(topic, [])

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
        # Without retries: a record that came twice would be two dead letters.
        once = {"message.timeout.ms": int(SECONDS * 1000), "message.send.max.retries": 0}
        producer = Producer({**self.config, **once})
        for topic, key, value, headers, *timestamp in messages:
            told = {"headers": headers, "on_delivery": lambda error, sent: error or confirmed.append(sent)}
            producer.produce(topic, value, key, **told, **({"timestamp": timestamp[0]} if timestamp else {}))
        producer.flush(SECONDS + 1)
        return confirmed


def altered(headers, name, value):
    return [pair for pair in headers if pair[0] != name] + ([] if value is None else [(name, value)])


# What becomes of topic, key, value and headers; the last argument are both topics.
FORGERIES = (
    lambda topic, key, value, headers, _: (topic, key, value, altered(headers, "attempt", b"32767")),
    lambda topic, key, value, headers, _: (topic, key, value, altered(headers, "attempt", b"\x00\xff")),
    lambda topic, key, value, headers, _: (topic, key, value, altered(headers, "signature", b"v2;k1;" + b"0" * 64)),
    lambda topic, key, value, headers, _: (topic, key, value, altered(headers, "signature", b"\x00\xff")),
    lambda topic, key, value, headers, _: (topic, key, value, altered(headers, "signature", None)),
    lambda topic, key, value, headers, _: (topic, key, value + b" ", headers),
    lambda topic, key, value, headers, _: (topic, str(uuid.uuid4()).encode(), value, headers),
    lambda topic, key, value, headers, names: (names[1 - names.index(topic)], key, value, headers),
)
