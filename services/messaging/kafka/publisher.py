"""The publisher: hands messages to Kafka and collects what became of each."""

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ..record import Confirmation
from .config import producer_config
from .topics import broker_answers

# It is the topic that cannot be sent to; messages of others can.
OF_THE_TOPIC = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_EXCEPTION,
    }
)
# The broker will never take these; sending them again cannot help.
REFUSALS = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD})


class Publisher:
    """Sends messages and collects what became of each; once `broken`, throw it away and make another.

    A live idempotent producer never recovered after the broker had lost its data; a new one delivered at once.
    """

    def __init__(self) -> None:
        self._producer = Producer(producer_config())
        self.confirmed: list[Confirmation] = []
        self.refused: list[tuple[tuple[int, int], str]] = []
        self.unroutable: list[tuple[tuple[int, int], str, str]] = []  # token, topic, why
        self.broken: str | None = None

    def publish(
        self,
        token: tuple[int, int],
        *,
        topic: str,
        key: str,
        value: bytes,
        headers: list[tuple[str, str | bytes | None]],
    ) -> None:
        """Hand one message over; its fate is known after `poll`. Waits while the client's queue is full."""

        def delivered(error: KafkaError | None, message: Message) -> None:
            self._note(token, topic, error, message)

        while self.broken is None:
            try:
                self._producer.produce(topic, value, key, on_delivery=delivered, headers=headers)
                return
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as error:
                self._note(token, topic, error.args[0], None)
                return

    def _note(self, token: tuple[int, int], topic: str, error: KafkaError | None, message: Message | None) -> None:
        if error is None and message is not None:
            self.confirmed.append(Confirmation(token, message.partition() or 0, message.offset() or 0))
        elif error is not None and error.code() in REFUSALS:
            self.refused.append((token, error.str()))
        elif error is not None and error.code() in OF_THE_TOPIC:
            self.unroutable.append((token, topic, error.str()))
        else:
            self.broken = str(error)

    def poll(self, seconds: float) -> None:
        """Take in what the broker has confirmed; waits at most so long for the first."""
        try:
            self._producer.poll(seconds)
        except Exception as error:  # librdkafka raises a SystemError around its own after a fatal failure
            self.broken = str(error)

    def has_topic(self, topic: str) -> bool:
        """Whether the broker says that it can be sent to; waits a second for it at most."""
        try:
            found = self._producer.list_topics(topic, timeout=1).topics.get(topic)
        except KafkaException:
            return False
        return found is not None and found.error is None

    def answers(self) -> bool:
        """Whether the broker does; safe to call from another thread."""
        return broker_answers(self._producer)

    def discard(self) -> None:
        """Drop whatever is still queued; the outbox has it."""
        self._producer.purge()
