"""The three long-running processes, made of what the settings say."""

from ..conf import configuration
from ..kafka.subscription import subscribe
from ..kafka.topics import check_topics
from ..processes.chores import Chores
from ..processes.leader import open_connection
from ..processes.worker import Worker
from ..receiving.consumer import Consumer
from ..receiving.led import LedConsumer
from ..sending.relay import Relay
from . import wiring


class NothingToDo(Exception):
    """The settings name no topic for it."""


def relay_worker(probe_port: int | None = None) -> Worker:
    """Sends the outbox. Raises `NothingToDo`, and `TopicsNotReady`."""
    conf = configuration()
    if not conf.sends:
        raise NothingToDo("MESSAGING SENDS names no topic: there is nothing to relay")
    check_topics(conf.topics_sent_to)
    relay = Relay(lambda: open_connection("relay"), batch_size=conf.relay_batch_size)
    worker = Worker("relay", relay.step, relay.close, relay.broker_answers, probe_port)
    worker.describe = lambda: {**relay.leadership.describe(), **relay.fence.describe()}
    return worker


def consumer_worker(probe_port: int | None = None) -> Worker:
    """Fills the inbox and has it handled. Raises `NothingToDo`, and `TopicsNotReady`."""
    conf = configuration()
    if not conf.receives:
        raise NothingToDo("MESSAGING RECEIVES names no topic: there is nothing to consume")
    check_topics(conf.receives)
    consumer = consumer_of_the_settings()
    worker = Worker("consumer", consumer.step, consumer.close, consumer.broker_answers, probe_port)
    worker.describe = consumer.describe
    return worker


def chores_worker(probe_port: int | None = None) -> Worker:
    """Does what the service does by itself every so often."""
    chores = Chores(lambda: open_connection("chores"), wiring.chores())
    worker = Worker("chores", chores.step, chores.close, probe_port=probe_port)
    worker.describe = chores.leadership.describe
    return worker


def consumer_of_the_settings() -> Consumer | LedConsumer:
    """A member of the group, or where the broker has no group to rely on, one that leads."""
    if configuration().kafka_profile == "embedded":
        return LedConsumer(lambda: open_connection("consumer"), make_consumer)
    return make_consumer()


def make_consumer() -> Consumer:
    conf = configuration()
    return Consumer(conf.receives, wiring.inbox(), subscribe, batch_size=conf.consumer_batch_size)
