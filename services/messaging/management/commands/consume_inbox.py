"""`consume_inbox`: takes messages from Kafka into the inbox and has them handled."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import configuration
from ...kafka.subscription import subscribe
from ...kafka.topics import TopicsNotReady, check_topics
from ...operating import wiring
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker
from ...receiving.consumer import Consumer, NoPartitions
from ...receiving.led import LedConsumer


class Command(BaseCommand):
    help = "Consume messages until SIGTERM. Several may run: Kafka shares the partitions among them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        try:
            check_topics(require_topics())
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


def require_topics() -> Sequence[str]:
    """Those that it receives from; raises `CommandError` where there are none."""
    if not configuration().receives:
        raise CommandError("MESSAGING RECEIVES names no topic: there is nothing to consume")
    return configuration().receives


def make_consumer() -> Consumer:
    conf = configuration()
    return Consumer(conf.receives, wiring.inbox(), subscribe, batch_size=conf.consumer_batch_size)
