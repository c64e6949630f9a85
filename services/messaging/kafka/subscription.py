"""The subscription: a member of the consumer group, and what it is given."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from ..conf import configuration
from ..record import Record
from .config import consumer_config
from .topics import broker_answers

logger = structlog.get_logger(__name__)


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
        if not self._closed:
            self._on_assign({part.partition for part in parts})

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
        return not self._closed and broker_answers(self._consumer)

    def close(self) -> None:
        """Leave the group, so that the others take over at once.

        From the embedded broker's it only falls silent: who leaves it while another joins leaves it without partitions
        for ever (measured); who falls silent is forgotten after the session.
        """
        if self._closed:
            return
        self._closed = True
        if configuration().kafka_profile == "embedded":
            self._consumer.poll(0)  # takes what is assigned at this moment, else the client would never end (measured)
        else:
            self._consumer.close()
        del self._consumer  # without `close` this sends nothing


def record_from(message: Message) -> Record:
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
