"""`manage.py gateway run_chores`: as messaging's command of that name, for a service without messages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from services.messaging.processes.chores import chores_worker, configured


class Command(BaseCommand):
    help = "Run the gateway's chores until SIGTERM. A database that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        chores_worker(configured(), options["probe_port"]).run()
