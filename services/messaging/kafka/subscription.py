"""The subscription: a member of the consumer group, and what it is given."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from ..conf import configuration
from ..record import Place, Record
from .config import consumer_config
from .topics import broker_answers

logger = structlog.get_logger(__name__)

CONNECTION_LOST = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Subscription:
    """A member of the consumer group. Callbacks run inside `poll`, on the caller's thread."""

    def __init__(
        self,
        topics: Sequence[str],
        *,
        on_assign: Callable[[set[Place]], None],
        on_revoke: Callable[[set[Place]], None],
    ) -> None:
        self._topics = list(topics)
        self._on_assign = on_assign
        self._on_revoke = on_revoke
        self._closed = False
        self._consumer = Consumer({**consumer_config(), "error_cb": self._note_error}, logger=None)
        self._begin()

    def _begin(self) -> None:
        self._consumer.subscribe(self._topics, on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)

    def _assign(self, consumer: Consumer, parts: list[TopicPartition]) -> None:
        consumer.incremental_assign(parts)  # first: a partition that is not assigned yet cannot be paused
        self._on_assign({(part.topic, part.partition) for part in parts})

    def _revoke(self, _: Consumer, parts: list[TopicPartition]) -> None:
        self._on_revoke({(part.topic, part.partition) for part in parts})

    def _note_error(self, error: KafkaError) -> None:
        """The client mends it by itself."""

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """What waits, at most `limit`; waits so long for the first and not at all for the rest."""
        first = self._consumer.poll(seconds)
        if first is None:
            return []
        found = [first, *self._consumer.consume(limit - 1, 0)] if limit > 1 else [first]
        return [record_from(message) for message in found if self._is_data(message)]

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
        last: dict[Place, int] = {}
        for record in records:
            last[record.place] = max(last.get(record.place, 0), record.offset + 1)
        offsets = [TopicPartition(*place, offset) for place, offset in last.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            logger.warning("offsets were not committed", action="commit_offsets", error=str(error))

    def pause(self, places: set[Place]) -> None:
        self._consumer.pause([TopicPartition(*place) for place in places])

    def resume(self, places: set[Place]) -> None:
        self._consumer.resume([TopicPartition(*place) for place in places])

    def answers(self) -> bool:
        """Whether the broker does; safe to call from another thread."""
        return not self._closed and broker_answers(self._consumer)

    def close(self) -> None:
        """Leave the group, so that the others take over at once."""
        if not self._closed:
            self._closed = True
            self._consumer.close()


class Assignment(Subscription):
    """Every partition of the topics, without a group: for the embedded broker, whose groups lose their members.

    Whoever reads so must be the only one: see `receiving.led`. Once the connection was lost, all begins anew at the
    committed offsets: the broker may have come back without its data, and says nothing of an offset that it lacks.
    """

    def _begin(self) -> None:
        self._lost = False
        everything = self._everything()
        self._consumer.assign([TopicPartition(*place) for place in everything])
        self._on_assign(everything)

    def _everything(self) -> set[Place]:
        return set(product(self._topics, range(configuration().topic_partitions)))

    def _note_error(self, error: KafkaError) -> None:
        self._lost = self._lost or error.code() in CONNECTION_LOST

    def poll(self, seconds: float, limit: int) -> list[Record]:
        """What waits, at most `limit`; waits so long for the first and not at all for the rest."""
        if self._lost:
            self._on_revoke(self._everything())
            self._begin()
        return super().poll(seconds, limit)


def subscribe(
    topics: Sequence[str], *, on_assign: Callable[[set[Place]], None], on_revoke: Callable[[set[Place]], None]
) -> Subscription:
    """Read the topics as the broker of the settings allows it."""
    kind = Assignment if configuration().kafka_profile == "embedded" else Subscription
    return kind(topics, on_assign=on_assign, on_revoke=on_revoke)


def record_from(message: Message) -> Record:
    kind, milliseconds = message.timestamp()
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp=moment(milliseconds) if kind else None,
        key=as_bytes(message.key()),
        value=as_bytes(message.value()),
        headers=headers_of(message),
    )


def moment(milliseconds: int) -> datetime | None:
    """None for a time that no clock shows: a sender may state anything."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds) if milliseconds > 0 else None
    except OverflowError:
        return None


def headers_of(message: Message) -> tuple[tuple[str, bytes], ...]:
    try:
        headers: Any = message.headers() or []
        return tuple((name, as_bytes(value) or b"") for name, value in headers)
    except UnicodeDecodeError:  # the client reads names as UTF-8; without headers there is no signature
        return ()


def as_bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
