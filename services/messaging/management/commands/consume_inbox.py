"""`consume_inbox`: takes messages from Kafka into the inbox and has them handled."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from services.messaging.receiving.consumer import Consumer, NoPartitions
from services.messaging.processes.durability import require_durable_database
from services.messaging.receiving.inbox import Inbox
from services.messaging.kafka.subscription import Subscription
from services.messaging.kafka.topics import TopicsNotReady, check_topics
from services.messaging.processes.worker import Worker


class Command(BaseCommand):
    help = "Consume messages until SIGTERM. Several may run: Kafka shares the partitions among them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        try:
            check_topics([settings.RECEIVES_FROM])
            inbox = Inbox(handlers=import_string(settings.MESSAGE_HANDLERS), keys=settings.RECEIVING_KEYS)
            consumer = Consumer(settings.RECEIVES_FROM, inbox, Subscription, batch_size=settings.CONSUMER_BATCH_SIZE)
            Worker("consumer", consumer.step, consumer.close, consumer.broker_answers, options["probe_port"]).run()
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
        except NoPartitions:
            raise CommandError("no partitions although the topic exists: start me again") from None
