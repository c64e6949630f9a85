"""Each setting of a Kafka client, with its reason."""

from typing import Any

from ..conf import configuration

# The outbox is the retry, so a message is given up early; in a cluster a new leader is elected within that time.
MESSAGE_TIMEOUT_MS = {"embedded": 5_000, "kafka": 15_000}
# After a broker lost its data a live consumer sat without partitions for 120 s; with 2 s it resumed in 3.5 s.
METADATA_REFRESH_MS = {"embedded": 2_000, "kafka": 10_000}
# Outlives a pause of the process. The embedded broker is read without a group.
SESSION_TIMEOUT_MS = {"embedded": 6_000, "kafka": 10_000}
HEARTBEAT_MS = {"embedded": 1_000, "kafka": 3_000}
# The embedded broker does not wake a waiting fetch, so its wait is our latency; Apache Kafka answers at once.
FETCH_WAIT_MS = {"embedded": 10, "kafka": 100}


def client_config() -> dict[str, Any]:
    """What every client shares."""
    return {
        "bootstrap.servers": configuration().kafka_bootstrap_servers,
        "client.id": configuration().service,
        # A topic made by accident comes back with another number of partitions.
        "allow.auto.create.topics": False,
        "topic.metadata.refresh.interval.ms": METADATA_REFRESH_MS[configuration().kafka_profile],
        # A broker that comes back is found within a second, and not stormed before.
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1_000,
        # A broker that hangs is given up sooner than after the default minute.
        "socket.timeout.ms": 10_000,
        "log_level": 0,  # what matters comes as an error event, and our own lines say it
        **configuration().kafka_security,
    }


def producer_config() -> dict[str, Any]:
    """Order and no duplicates of the client's own making; the outbox is the retry, so it gives up early."""
    return {
        **client_config(),
        "acks": "all",
        "enable.idempotence": True,
        "max.in.flight.requests.per.connection": 5,
        "delivery.timeout.ms": MESSAGE_TIMEOUT_MS[configuration().kafka_profile],
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
    profile = configuration().kafka_profile
    return {
        **client_config(),
        "group.id": configuration().service,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        # Members that stay go on working while one joins or leaves.
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": SESSION_TIMEOUT_MS[profile],
        "heartbeat.interval.ms": HEARTBEAT_MS[profile],
        "fetch.wait.max.ms": FETCH_WAIT_MS[profile],
        # Well above the longest step; a consumer that waits for a lost database polls on.
        "max.poll.interval.ms": 300_000,
        # What is fetched ahead for a partition stays in memory; 8 MiB are some ten batches.
        "queued.max.messages.kbytes": 8_192,
        # A record that the disk or the network damaged is an error, never a message.
        "check.crcs": True,
    }
