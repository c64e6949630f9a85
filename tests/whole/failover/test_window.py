"""The window itself, with a real order, the relay's own process and the real broker."""

import json
import signal
import urllib.error
import urllib.request

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from services.embedded.ports import free_port
from tests.support.backing_services import stop, wait_until
from tests.support.replication import SECONDS


def facts(port):
    """What the relay's probe says, good or bad; nothing before it listens."""
    try:
        return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5))
    except urllib.error.HTTPError as refusal:
        return json.load(refusal)
    except urllib.error.URLError:
        return {}


def placed(orders):
    """An order that was acknowledged."""
    process = orders.place()
    assert process.wait(SECONDS) == 0, process.output()
    return process.output().split()[-1]


def all_sent(pair):
    return pair.primary.ask("SELECT count(*) FROM messaging_pendingdelivery") == 0


def send_all(pair, orders):
    relay = orders.start("relay_outbox")
    wait_until(lambda: all_sent(pair), seconds=SECONDS, what="an empty outbox")
    stop(relay, signal.SIGTERM)


def subjects(topic, bootstrap_servers, count):
    """The orders whose tasks the topic holds, once there are `count`, and whatever is there besides."""
    consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": topic})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    found = []
    wait_until(lambda: found.extend(consumer.consume(100, 1)) or len(found) >= count, seconds=SECONDS, what="tasks")
    found += consumer.consume(100, 1)
    consumer.close()
    return [dict(message.headers())["ce_subject"].decode() for message in found]


@pytest.mark.timeout(600)
def test_order_that_the_promoted_standby_never_had_is_never_sent(pair, orders):
    orders.run("create_topics")
    orders.run("load_catalogue")
    first = placed(orders)
    send_all(pair, orders)

    pair.standby.kill()
    unanswered = orders.place()
    wait_until(lambda: pair.primary.waiting_commits() == 1, seconds=SECONDS, what="a commit that waits")
    pair.primary.kill()
    unanswered.wait(SECONDS)
    assert "acknowledged" not in unanswered.output()

    pair.primary.start()
    assert pair.primary.ask("SELECT count(*) FROM orders_order") == 2
    port = free_port()
    relay = orders.start("relay_outbox", "--probe-port", str(port))
    wait_until(lambda: facts(port).get("fence_waits"), seconds=SECONDS, what="a relay that waits")
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(20) == 0, relay.output()

    pair.primary.kill()
    pair.standby.start()
    pair.promote()
    second = placed(orders)
    send_all(pair, orders)
    assert sorted(subjects(orders.topic, orders.bootstrap_servers, 2)) == sorted([first, second])
    assert pair.primary.ask("SELECT count(*) FROM orders_order") == 2


@pytest.mark.timeout(600)
def test_replayed_answer_waits_for_the_standby_as_the_first_one_did(pair, orders):
    orders.run("load_catalogue")
    pair.standby.kill()
    unanswered = orders.place("once")
    wait_until(lambda: pair.primary.waiting_commits() == 1, seconds=SECONDS, what="a commit that waits")
    pair.primary.kill()
    unanswered.wait(SECONDS)

    pair.primary.start()
    assert pair.primary.ask("SELECT count(*) FROM orders_order WHERE idempotency_key = 'once'") == 1
    again = orders.place("once")
    wait_until(lambda: pair.primary.waiting_commits() == 1, seconds=SECONDS, what="a replay that waits")
    assert "acknowledged" not in again.output()

    pair.standby.start()
    assert again.wait(SECONDS) == 0, again.output()
    assert "acknowledged" in again.output()
