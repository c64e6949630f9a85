"""`run_messaging`: relay, consumer and chores in one process, for development."""

from contextlib import suppress
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ...kafka.topics import TopicsNotReady
from ...operating.workers import NothingToDo, chores_worker, consumer_worker, relay_worker
from ...processes.team import run_together


class Command(BaseCommand):
    help = "Create the topics, then relay, consume and do the chores in one process until SIGTERM. For development."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("create_topics")
        try:
            workers = [chores_worker()]
            for make in (relay_worker, consumer_worker):
                with suppress(NothingToDo):
                    workers.append(make())
            run_together(workers)
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
