"""Topics: made with the partitions that the settings say, checked before anything is sent or read."""

import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from ..conf import configuration
from .config import client_config

# Apache Kafka confirms a new topic before every broker knows of it; in a cluster another one may be asked.
NEW_TOPIC_SECONDS = 3.0


class TopicsNotReady(Exception):
    """A topic is missing, has another number of partitions, or the broker does not answer."""


class BrokerAway(TopicsNotReady):
    """Nobody answers: nothing is known of the topics."""


def create_topics() -> None:
    """Create the topics where they are missing, then check them. Safe to call again."""
    admin = AdminClient(client_config())
    config = {
        "min.insync.replicas": str(configuration().topic_min_insync_replicas),
        "retention.ms": str(configuration().topic_retention_ms),
        # The broker's clock dates a record, not its sender's; the embedded broker keeps the relay's all the same.
        "message.timestamp.type": "LogAppendTime",
    }
    names = configuration().topics
    topics = [
        NewTopic(name, configuration().topic_partitions, configuration().topic_replication_factor, config=config)
        for name in names
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
            raise TopicsNotReady(f"topic {name} is missing: run the command create_topics")
        if (count := found[name]) != configuration().topic_partitions:
            raise TopicsNotReady(
                f"topic {name} has {count} partitions and TOPIC_PARTITIONS says {configuration().topic_partitions}: "
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
            place = configuration().kafka_bootstrap_servers
            raise BrokerAway(f"the broker at {place} does not answer: {error}") from error
        found = {name: len(topics[name].partitions) for name in names if name in topics and not topics[name].error}
        if len(found) == len(names) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def is_away(error: Exception) -> bool:
    """Whether the broker did not answer; another may be mended by nobody but an operator."""
    return isinstance(error, BrokerAway)


def broker_answers(client: Any) -> bool:
    """Whether it does within a second; safe to call from another thread."""
    try:
        client.list_topics(timeout=1)
    except KafkaException:
        return False
    return True
