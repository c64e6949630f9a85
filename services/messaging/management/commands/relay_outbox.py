"""`relay_outbox`: sends what waits in the outbox; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...kafka.topics import TopicsNotReady
from ...operating.workers import NothingToDo, relay_worker


class Command(BaseCommand):
    help = "Send the outbox's messages to Kafka until SIGTERM. A database or a broker that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            relay_worker(options["probe_port"]).run()
        except (NothingToDo, TopicsNotReady) as error:
            raise CommandError(str(error)) from error
