"""`run_chores`: what the service does by itself every so often; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...operating import wiring
from ...processes.backoff import patiently
from ...processes.chores import Chores
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker
from ...sql import is_of_the_database


class Command(BaseCommand):
    help = "Run the service's chores until SIGTERM. A database that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        patiently(require_durable_database, is_away=is_of_the_database)
        chores = Chores(lambda: open_connection("chores"), wiring.chores())
        worker = Worker("chores", chores.step, chores.close, probe_port=options["probe_port"])
        worker.describe = chores.leadership.describe
        worker.run()
