"""`consume_inbox`: takes messages from Kafka into the inbox and has them handled."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import configuration
from ...kafka.subscription import subscribe
from ...kafka.topics import TopicsNotReady, check_topics, is_away
from ...operating import wiring
from ...processes.backoff import patiently
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker
from ...receiving.consumer import Consumer, NoPartitions
from ...receiving.led import LedConsumer
from ...sql import is_of_the_database


class Command(BaseCommand):
    help = (
        "Consume messages until SIGTERM. A database or a broker that is away is waited for. "
        "Several may run: Kafka shares the partitions among them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        patiently(require_durable_database, is_away=is_of_the_database)
        try:
            patiently(lambda: check_topics([configuration().receives_from]), is_away=is_away)
            consumer = consumer_of_the_settings()
            worker = Worker("consumer", consumer.step, consumer.close, consumer.broker_answers, options["probe_port"])
            worker.describe = consumer.describe
            worker.run()
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
        except NoPartitions:
            raise CommandError("no partitions although the topic exists: start me again") from None


def consumer_of_the_settings() -> Consumer | LedConsumer:
    """A member of the group, or where the broker has no group to rely on, one that leads."""
    if configuration().kafka_profile == "embedded":
        return LedConsumer(lambda: open_connection("consumer"), make_consumer)
    return make_consumer()


def make_consumer() -> Consumer:
    conf = configuration()
    return Consumer(conf.receives_from, wiring.inbox(), subscribe, batch_size=conf.consumer_batch_size)
