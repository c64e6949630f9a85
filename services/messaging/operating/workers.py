"""The three long-running processes, made of what the settings say, once their servers answer."""

from collections.abc import Sequence

from ..conf import configuration
from ..kafka.subscription import subscribe
from ..kafka.topics import check_topics, is_away
from ..processes import chores
from ..processes.backoff import patiently
from ..processes.durability import require_durable_database
from ..processes.leader import open_connection
from ..processes.worker import Worker
from ..receiving.consumer import Consumer
from ..receiving.led import LedConsumer
from ..sending.relay import Relay
from ..sql import is_of_the_database
from . import wiring


class NothingToDo(Exception):
    """The settings name no topic for it."""


def relay_worker(probe_port: int | None = None) -> Worker:
    """Sends the outbox. Raises `NothingToDo`, and `TopicsNotReady`."""
    conf = configuration()
    if not conf.sends:
        raise NothingToDo("MESSAGING SENDS names no topic: there is nothing to relay")
    await_servers(conf.topics_sent_to)
    relay = Relay(lambda: open_connection("relay"), batch_size=conf.relay_batch_size)
    worker = Worker("relay", relay.step, relay.close, relay.broker_answers, probe_port)
    worker.describe = lambda: {**relay.leadership.describe(), **relay.fence.describe()}
    return worker


def consumer_worker(probe_port: int | None = None) -> Worker:
    """Fills the inbox and has it handled. Raises `NothingToDo`, and `TopicsNotReady`."""
    conf = configuration()
    if not conf.receives:
        raise NothingToDo("MESSAGING RECEIVES names no topic: there is nothing to consume")
    await_servers(conf.receives)
    consumer = consumer_of_the_settings()
    worker = Worker("consumer", consumer.step, consumer.close, consumer.broker_answers, probe_port)
    worker.describe = consumer.describe
    return worker


def chores_worker(probe_port: int | None = None) -> Worker:
    """Does what the service does by itself every so often."""
    return chores.chores_worker(wiring.chores(), probe_port)


def await_servers(topics: Sequence[str]) -> None:
    """Wait for a database or a broker that is away. Raises `TopicsNotReady`; exits where the database forgets."""
    patiently(require_durable_database, is_away=is_of_the_database)
    patiently(lambda: check_topics(topics), is_away=is_away)


def consumer_of_the_settings() -> Consumer | LedConsumer:
    """A member of the group, or where the broker has no group to rely on, one that leads."""
    if configuration().kafka_profile == "embedded":
        return LedConsumer(lambda: open_connection("consumer"), make_consumer)
    return make_consumer()


def make_consumer() -> Consumer:
    conf = configuration()
    return Consumer(conf.receives, wiring.inbox(), subscribe, batch_size=conf.consumer_batch_size)
