"""`consume_inbox`: takes messages from Kafka into the inbox and has them handled."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import configuration
from ...kafka.subscription import Subscription
from ...kafka.topics import TopicsNotReady, check_topics
from ...operating import wiring
from ...processes.durability import require_durable_database
from ...processes.worker import Worker
from ...receiving.consumer import Consumer, NoPartitions


class Command(BaseCommand):
    help = "Consume messages until SIGTERM. Several may run: Kafka shares the partitions among them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        conf = configuration()
        try:
            check_topics([conf.receives_from])
            batch_size = conf.consumer_batch_size
            consumer = Consumer(conf.receives_from, wiring.inbox(), Subscription, batch_size=batch_size)
            worker = Worker("consumer", consumer.step, consumer.close, consumer.broker_answers, options["probe_port"])
            worker.describe = lambda: {"database": consumer.database_answers()}
            worker.run()
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
        except NoPartitions:
            raise CommandError("no partitions although the topic exists: start me again") from None
