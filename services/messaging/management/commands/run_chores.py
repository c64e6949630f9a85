"""`run_chores`: what the service does by itself every so often; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...operating.workers import chores_worker


class Command(BaseCommand):
    help = "Run the service's chores until SIGTERM. A database that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        chores_worker(options["probe_port"]).run()
