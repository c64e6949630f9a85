import pytest

from services.embedded.ports import free_port
from services.messaging.conf import configuration
from services.messaging.kafka import topics
from services.messaging.kafka.topics import TopicsNotReady, check_topics, create_topics, is_away, partition_counts
from services.messaging.processes.backoff import patiently
from tests.support.configure import configure
from tests.support.proxy import Proxy


def test_topics_are_made_with_their_partitions_and_made_once(ring, settings):
    configure(settings, RECEIVES=[f"{ring}-back"], TOPIC_PARTITIONS=3)
    create_topics()
    create_topics()
    assert partition_counts([ring, f"{ring}-back"]) == {ring: 3, f"{ring}-back": 3}


def test_missing_topic_is_told_with_the_command_that_makes_it(ring, monkeypatch):
    monkeypatch.setattr(topics, "NEW_TOPIC_SECONDS", 0.1)
    with pytest.raises(TopicsNotReady, match=f"topic {ring} is missing: run .*create_topics"):
        check_topics([ring])


def test_topic_with_other_partitions_is_never_changed(topic, settings):
    """More partitions would move keys, and with them the order of their messages."""
    configure(settings, TOPIC_PARTITIONS=5)
    with pytest.raises(TopicsNotReady, match="has 4 partitions and TOPIC_PARTITIONS says 5"):
        create_topics()
    assert partition_counts([topic]) == {topic: 4}


def test_broker_that_is_away_is_waited_for(topic, settings):
    host, _, broker_port = configuration().kafka_bootstrap_servers.partition(":")
    port, tries, come = free_port(), [], []
    configure(settings, KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{port}")

    def ask():
        tries.append(len(come))
        if len(tries) > 1:
            come.append(Proxy(host, int(broker_port), own_port=port))
        check_topics([topic])

    patiently(ask, is_away=is_away)
    assert tries == [0, 0]
    come[0].close()


def test_topic_that_is_missing_is_not_waited_for(ring, monkeypatch):
    monkeypatch.setattr(topics, "NEW_TOPIC_SECONDS", 0.1)
    with pytest.raises(TopicsNotReady):
        patiently(lambda: check_topics([ring]), is_away=is_away)
