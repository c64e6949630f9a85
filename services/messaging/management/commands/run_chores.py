"""`run_chores`: what the service does by itself every so often; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...operating import wiring
from ...processes.chores import Chores
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker


class Command(BaseCommand):
    help = "Run the service's chores until SIGTERM. A database that is lost is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        chores = Chores(lambda: open_connection("chores"), wiring.chores())
        worker = Worker("chores", chores.step, chores.close, probe_port=options["probe_port"])
        worker.describe = chores.leadership.describe
        worker.run()
