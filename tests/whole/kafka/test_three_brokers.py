"""Three brokers, three copies, two confirmed: what `TOPIC_*` asks for holds when a broker is lost."""

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from services.messaging.kafka.publisher import Publisher
from services.messaging.kafka.subscription import Subscription
from services.messaging.kafka.topics import TopicsNotReady, create_topics
from tests.support.backing_services import wait_until
from tests.support.configure import configure


@pytest.fixture
def cluster(started, kafka_port, settings):
    with started("three", kafka_port, count=3) as cluster:
        configure(settings, SERVICE="orders", SENDS={"*": "outbox"}, RECEIVES=["outbox"])
        configure(settings, KAFKA_BOOTSTRAP_SERVERS=cluster.bootstrap_servers())
        configure(settings, KAFKA_PROFILE="kafka", KAFKA_SECURITY={})
        configure(settings, TOPIC_PARTITIONS=3, TOPIC_REPLICATION_FACTOR=3)
        configure(settings, TOPIC_MIN_INSYNC_REPLICAS=2, TOPIC_RETENTION_MS=3_600_000)
        wait_until(created, seconds=30, what="the topic")
        yield cluster


def created():
    """Brokers that have just started may not be enough for three copies yet."""
    try:
        create_topics()
    except TopicsNotReady:
        return False
    return True


def publish(numbers):
    """Publish until each is confirmed, with a new publisher for a broken one, as the relay does."""
    waiting = set(numbers)
    while waiting:
        publisher = Publisher()
        for number in sorted(waiting):
            publisher.publish((number, 1), topic="outbox", key=f"user-{number}", value=b"%d" % number, headers=[])
        while publisher.broken is None and len(publisher.confirmed) < len(waiting):
            publisher.poll(0.1)
        waiting -= {confirmation.token[0] for confirmation in publisher.confirmed}
        publisher.discard()


def consume(count):
    """Every message of the topic by its number."""
    subscription = Subscription(["outbox"], on_assign=lambda _: None, on_revoke=lambda _: None)
    found = set()

    def everything():
        found.update(int(record.value) for record in subscription.poll(0.5, 100))
        return len(found) == count

    wait_until(everything, seconds=60, what="every message")
    subscription.close()
    return found


@pytest.mark.timeout(300)  # six Java processes start on as few as two cores
def test_a_killed_leader_loses_nothing_that_was_confirmed(cluster):
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers()})
    partitions = admin.list_topics("outbox", timeout=10).topics["outbox"].partitions
    assert {len(partition.replicas) for partition in partitions.values()} == {3}
    [configuration] = admin.describe_configs([ConfigResource(ResourceType.TOPIC, "outbox")]).values()
    assert configuration.result()["min.insync.replicas"].value == "2"

    publish(range(100))
    leader = partitions[0].leader
    cluster.running[leader].kill()
    cluster.running[leader].wait()
    publish(range(100, 200))
    assert consume(200) == set(range(200))

    cluster.start(leader)
    wait_until(cluster.ready, seconds=60, what="the broker that was killed")
    wait_until(lambda: copies_in_sync(admin) == {3}, seconds=60, what="three copies again", every=0.5)


def copies_in_sync(admin):
    partitions = admin.list_topics("outbox", timeout=10).topics["outbox"].partitions.values()
    return {len(partition.isrs) for partition in partitions}
