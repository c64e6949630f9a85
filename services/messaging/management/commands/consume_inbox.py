"""`consume_inbox`: takes messages from Kafka into the inbox and has them handled."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...kafka.topics import TopicsNotReady
from ...operating.workers import NothingToDo, consumer_worker


class Command(BaseCommand):
    help = (
        "Consume messages until SIGTERM. A database or a broker that is away is waited for. "
        "Several may run: Kafka shares the partitions among them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            consumer_worker(options["probe_port"]).run()
        except (NothingToDo, TopicsNotReady) as error:
            raise CommandError(str(error)) from error
