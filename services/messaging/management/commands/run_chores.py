"""`run_chores`: what the service does by itself every so often; several may run, one leads."""

from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...operating import wiring
from ...processes.chores import Chores
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker


class Command(BaseCommand):
    help = "Run the service's chores until SIGTERM. Exits 1 when the database is lost: start it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        try:
            chores = Chores(open_connection("chores"), wiring.chores())
            Worker("chores", chores.step, chores.close, probe_port=options["probe_port"]).run()
        except psycopg.OperationalError as error:
            raise CommandError(f"the database is lost, and leadership with it: {error}".strip()) from error
