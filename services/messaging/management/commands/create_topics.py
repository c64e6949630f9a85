"""`create_topics`: the topics of the settings, with the partitions that the settings say."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...kafka.topics import TopicsNotReady, create_topics


class Command(BaseCommand):
    help = "Create the topics where they are missing, and check their number of partitions."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for the broker (default 30)")

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["wait"]
        while True:
            try:
                create_topics()
            except TopicsNotReady as error:
                if time.monotonic() > deadline:
                    raise CommandError(str(error)) from error
                time.sleep(0.2)
            else:
                return
