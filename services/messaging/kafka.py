"""The only module that speaks Kafka. Each setting of a client stands here with its reason."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from django.conf import settings

logger = structlog.get_logger(__name__)

# The outbox is the retry, so a message is given up early; in a cluster a new leader is elected within that time.
MESSAGE_TIMEOUT_MS = {"embedded": 5_000, "kafka": 15_000}
# After a broker lost its data a live consumer sat without partitions for 120 s; with 2 s it resumed in 3.5 s.
METADATA_REFRESH_MS = {"embedded": 2_000, "kafka": 10_000}
# The embedded broker needs half a session time-out to join a group; the other outlives a pause of the process.
SESSION_TIMEOUT_MS = {"embedded": 6_000, "kafka": 10_000}
HEARTBEAT_MS = {"embedded": 1_000, "kafka": 3_000}
# The embedded broker does not wake a waiting fetch, so its wait is our latency; Apache Kafka answers at once.
FETCH_WAIT_MS = {"embedded": 10, "kafka": 100}
# Apache Kafka confirms a new topic before every broker knows of it; in a cluster another one may be asked.
NEW_TOPIC_SECONDS = 3.0

# The broker will never take these; sending them again cannot help.
REFUSALS = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD})


class TopicsNotReady(Exception):
    """A topic is missing, has another number of partitions, or the broker does not answer."""


@dataclass(frozen=True, slots=True)
class Record:
    """What Kafka holds at one offset."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def client_config() -> dict[str, Any]:
    """What every client shares."""
    return {
        "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
        "client.id": settings.SERVICE_NAME,
        # A topic made by accident comes back with another number of partitions.
        "allow.auto.create.topics": False,
        "topic.metadata.refresh.interval.ms": METADATA_REFRESH_MS[settings.KAFKA_PROFILE],
        # A broker that comes back is found within a second, and not stormed before.
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1_000,
        # A broker that hangs is given up sooner than after the default minute.
        "socket.timeout.ms": 10_000,
        "log_level": 0,  # what matters comes as an error event, and our own lines say it
        **settings.KAFKA_SECURITY,
    }


def producer_config() -> dict[str, Any]:
    """Order and no duplicates of the client's own making; the outbox is the retry, so it gives up early."""
    return {
        **client_config(),
        "acks": "all",
        "enable.idempotence": True,
        "max.in.flight.requests.per.connection": 5,
        "delivery.timeout.ms": MESSAGE_TIMEOUT_MS[settings.KAFKA_PROFILE],
        # The first message of a quiet time goes at once; under load librdkafka fills batches by itself.
        "linger.ms": 0,
        # The same partition for a key as Kafka's Java clients choose.
        "partitioner": "murmur2_random",
        # A topic that every broker has lost is an error after 5 s, not after 30.
        "topic.metadata.propagation.max.ms": 5_000,
        # Far above a relay's batch: `publish` never waits for room.
        "queue.buffering.max.messages": 100_000,
    }


def consumer_config() -> dict[str, Any]:
    """Offsets are committed by hand, after the database; the default would skip what waits."""
    profile = settings.KAFKA_PROFILE
    return {
        **client_config(),
        "group.id": settings.SERVICE_NAME,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        # Members that stay go on working while one joins or leaves.
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": SESSION_TIMEOUT_MS[profile],
        "heartbeat.interval.ms": HEARTBEAT_MS[profile],
        "fetch.wait.max.ms": FETCH_WAIT_MS[profile],
        # Well above the minute for which a consumer waits for a lost database.
        "max.poll.interval.ms": 300_000,
        # What is fetched ahead for a partition stays in memory; 8 MiB are some ten batches.
        "queued.max.messages.kbytes": 8_192,
        # A record that the disk or the network damaged is an error, never a message.
        "check.crcs": True,
    }


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The broker has the message that was published under `token`."""

    token: tuple[int, int]
    partition: int
    offset: int


class Publisher:
    """Sends messages and collects what became of each; once `broken`, throw it away and make another.

    A live idempotent producer never recovered after the broker had lost its data; a new one delivered at once.
    """

    def __init__(self) -> None:
        self._producer = Producer(producer_config())
        self.confirmed: list[Confirmation] = []
        self.refused: list[tuple[tuple[int, int], str]] = []
        self.broken: str | None = None

    def warm(self, topic: str) -> None:
        """Fetch the metadata now: the first message of an idempotent producer would wait for it."""
        try:
            self._producer.list_topics(topic, timeout=2)
        except KafkaException as error:
            self.broken = str(error)

    def publish(
        self, token: tuple[int, int], *, topic: str, key: str, value: bytes, headers: Sequence[tuple[str, str]]
    ) -> None:
        """Hand one message over; its fate is known after `poll`. Waits while the client's queue is full."""

        def delivered(error: KafkaError | None, message: Message) -> None:
            self._note(token, error, message)

        while self.broken is None:
            try:
                self._producer.produce(topic, value, key, on_delivery=delivered, headers=list(headers))
                return
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as error:
                self._note(token, error.args[0], None)
                return

    def _note(self, token: tuple[int, int], error: KafkaError | None, message: Message | None) -> None:
        if error is None and message is not None:
            self.confirmed.append(Confirmation(token, message.partition() or 0, message.offset() or 0))
        elif error is not None and error.code() in REFUSALS:
            self.refused.append((token, error.str()))
        else:
            self.broken = str(error)

    def poll(self, seconds: float) -> None:
        """Take in what the broker has confirmed; waits at most so long for the first."""
        try:
            self._producer.poll(seconds)
        except Exception as error:  # librdkafka raises a SystemError around its own after a fatal failure
            self.broken = str(error)

    def answers(self) -> bool:
        """Whether the broker does; safe to call from another thread."""
        return _broker_answers(self._producer)

    def discard(self) -> None:
        """Drop whatever is still queued; the outbox has it."""
        self._producer.purge()


class Subscription:
    """A member of the consumer group on one topic. Callbacks run inside `poll`, on the caller's thread."""

    def __init__(
        self,
        topic: str,
        *,
        on_assign: Callable[[set[int]], None],
        on_revoke: Callable[[set[int]], None],
    ) -> None:
        self._topic = topic
        self._on_assign = on_assign
        self._closed = False
        self._consumer = Consumer(consumer_config(), logger=None)
        self._consumer.subscribe(
            [topic],
            on_assign=self._assign,
            on_revoke=lambda _, parts: on_revoke({part.partition for part in parts}),
            on_lost=lambda _, parts: on_revoke({part.partition for part in parts}),
        )

    def _assign(self, consumer: Consumer, parts: list[TopicPartition]) -> None:
        consumer.incremental_assign(parts)  # first: a partition that is not assigned yet cannot be paused
        self._on_assign({part.partition for part in parts})

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """What waits, at most `limit`; waits so long for the first and not at all for the rest."""
        first = self._consumer.poll(seconds)
        if first is None:
            return []
        found = [first, *self._consumer.consume(limit - 1, 0)] if limit > 1 else [first]
        return [record_of(message) for message in found if self._is_data(message)]

    def _is_data(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.fatal():
            raise KafkaException(error)
        logger.warning("the broker reports an error", action="poll", error=str(error))
        return False

    def commit(self, records: Sequence[Record]) -> None:
        """Commit the offsets after these records. A failure only means that they come again."""
        last: dict[int, int] = {}
        for record in records:
            last[record.partition] = max(last.get(record.partition, 0), record.offset + 1)
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in last.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            logger.warning("offsets were not committed", action="commit_offsets", error=str(error))

    def pause(self, partitions: set[int]) -> None:
        self._consumer.pause([TopicPartition(self._topic, partition) for partition in partitions])

    def resume(self, partitions: set[int]) -> None:
        self._consumer.resume([TopicPartition(self._topic, partition) for partition in partitions])

    def answers(self) -> bool:
        """Whether the broker does; safe to call from another thread."""
        return not self._closed and _broker_answers(self._consumer)

    def close(self) -> None:
        """Leave the group, so that the others take over at once.

        From the embedded broker's it only falls silent: who leaves it while another joins leaves it without partitions
        for ever (measured); who falls silent is forgotten after the session.
        """
        if self._closed:
            return
        self._closed = True
        if settings.KAFKA_PROFILE != "embedded":
            self._consumer.close()
        del self._consumer  # without `close` this sends nothing


def record_of(message: Message) -> Record:
    kind, milliseconds = message.timestamp()
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp=datetime.fromtimestamp(milliseconds / 1000, UTC) if kind and milliseconds > 0 else None,
        key=as_bytes(message.key()),
        value=as_bytes(message.value()),
        headers=headers_of(message),
    )


def headers_of(message: Message) -> tuple[tuple[str, bytes], ...]:
    try:
        headers: Any = message.headers() or []
        return tuple((name, as_bytes(value) or b"") for name, value in headers)
    except UnicodeDecodeError:  # the client reads names as UTF-8; without headers there is no signature
        return ()


def as_bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _broker_answers(client: Any) -> bool:
    try:
        client.list_topics(timeout=1)
    except KafkaException:
        return False
    return True


def create_topics() -> None:
    """Create both topics where they are missing, then check them. Safe to call again."""
    admin = AdminClient(client_config())
    config = {
        "min.insync.replicas": str(settings.TOPIC_MIN_INSYNC_REPLICAS),
        "retention.ms": str(settings.TOPIC_RETENTION_MS),
    }
    names = sorted({settings.SENDS_TO, settings.RECEIVES_FROM})
    topics = [
        NewTopic(name, settings.TOPIC_PARTITIONS, settings.TOPIC_REPLICATION_FACTOR, config=config) for name in names
    ]
    for name, future in admin.create_topics(topics, operation_timeout=10, request_timeout=10).items():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicsNotReady(f"{name}: {error}") from error
    check_topics(names)


def check_topics(names: Sequence[str]) -> None:
    """Raise `TopicsNotReady` unless every topic has the partitions that the settings say."""
    found = partition_counts(names)
    for name in names:
        if name not in found:
            raise TopicsNotReady(f"topic {name} is missing: run `manage.py {settings.SERVICE_NAME} create_topics`")
        if (count := found[name]) != settings.TOPIC_PARTITIONS:
            raise TopicsNotReady(
                f"topic {name} has {count} partitions and TOPIC_PARTITIONS says {settings.TOPIC_PARTITIONS}: "
                "keys would move, and with them the order of a user's messages; set the variable to what is there"
            )


def partition_counts(names: Sequence[str]) -> dict[str, int]:
    """Of the topics that are there; waits a little for a missing one, as a broker may hear late of a new topic."""
    admin = AdminClient(client_config())
    deadline = time.monotonic() + NEW_TOPIC_SECONDS
    while True:
        try:
            topics = admin.list_topics(timeout=5).topics
        except KafkaException as error:
            place = settings.KAFKA_BOOTSTRAP_SERVERS
            raise TopicsNotReady(f"the broker at {place} does not answer: {error}") from error
        found = {name: len(topics[name].partitions) for name in names if name in topics and not topics[name].error}
        if len(found) == len(names) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)
