"""A broker in memory that does to messages what a real one may, and worse; and clients of it."""

from zlib import crc32

from django.utils import timezone

from services.messaging.record import Confirmation, Record


class Broker:
    """Logs by partition and the group's offsets. `confirmed` is all that it ever told a producer."""

    def __init__(self, partitions=3):
        self.partitions = partitions
        self.down = False
        self.confirmed = set()
        self.wipe()

    def wipe(self):
        """All messages and offsets are gone."""
        self.logs = {number: [] for number in range(self.partitions)}
        self.offsets = dict.fromkeys(range(self.partitions), 0)

    def append(self, topic, key, value, headers):
        number = crc32(key) % self.partitions
        offset = len(self.logs[number])
        self.logs[number].append(Record(topic, number, offset, timezone.now(), key, value, headers))
        return number, offset

    def drop(self, number, place):
        """One message that was confirmed is gone; those behind it move up."""
        if log := self.logs[number]:
            del log[place % len(log)]
            self._renumber(number)

    def duplicate(self, number, place):
        if log := self.logs[number]:
            log.append(log[place % len(log)])
            self._renumber(number)

    def reorder(self, number, place):
        if log := self.logs[number]:
            log.insert(0, log.pop(place % len(log)))
            self._renumber(number)

    def _renumber(self, number):
        self.logs[number] = [
            Record(each.topic, number, place, each.timestamp, each.key, each.value, each.headers)
            for place, each in enumerate(self.logs[number])
        ]

    def rewind(self, number):
        """The group's offset is lost: the topic is read again from its start."""
        self.offsets[number] = 0

    def skip(self, number):
        """The group's offset lies ahead of messages that nobody has read."""
        self.offsets[number] = len(self.logs[number])


class Publisher:
    """As `kafka.Publisher`: what is published is confirmed, or not, at a later poll."""

    def __init__(self, broker):
        self._broker = broker
        self._queue = []
        self.confirmed, self.refused, self.unroutable, self.broken = [], [], [], None

    def has_topic(self, topic):
        return True

    def publish(self, token, *, topic, key, value, headers):
        stated = tuple((name, text.encode()) for name, text in headers)
        self._queue.append((token, (topic, key.encode(), bytes(value), stated)))

    def poll(self, seconds):
        """A broker that is down may have written the first of what it was sent; nobody hears of it."""
        if self._broker.down:
            if self._queue:
                self._broker.append(*self._queue[0][1])
                self.broken = "the broker is down"
            self._queue.clear()
        for token, message in self._queue:
            number, offset = self._broker.append(*message)
            self.confirmed.append(Confirmation(token, number, offset))
            self._broker.confirmed.add(token)
        self._queue.clear()

    def discard(self):
        self._queue.clear()


class Subscription:
    """As `kafka.Subscription`: one member that has every partition. `on_commit` sees what is about to be committed."""

    def __init__(self, broker, on_commit, *, on_assign, on_revoke):
        self._broker = broker
        self._on_commit = on_commit
        self._on_assign = on_assign
        self.on_revoke = on_revoke
        self._positions = None
        self._paused = set()

    def _places(self):
        return {("saga", number) for number in self._positions}

    def poll(self, seconds, limit):
        if self._broker.down:
            return []
        if self._positions is None:
            self._positions = dict(self._broker.offsets)
            self._on_assign(self._places())
        found = []
        for number, position in self._positions.items():
            log = self._broker.logs[number]
            start = position if position <= len(log) else 0  # out of range: from the earliest
            taken = log[start : start + limit - len(found)] if ("saga", number) not in self._paused else []
            self._positions[number] = start + len(taken)
            found += taken
        return found

    def rebalance(self):
        """All partitions go, and come again at the next poll."""
        if self._positions is not None:
            self.on_revoke(self._places())
            self._positions = None

    def commit(self, records):
        self._on_commit(records)
        for record in records:
            self._broker.offsets[record.partition] = record.offset + 1

    def pause(self, places):
        self._paused |= places

    def resume(self, places):
        self._paused -= places

    def answers(self):
        return not self._broker.down

    def close(self):
        pass
