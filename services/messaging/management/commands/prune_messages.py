"""`prune_messages`: deletes old messages now; the chores do the same little by little."""

from typing import Any

from django.core.management.base import BaseCommand

from ...operating.prune import prune_messages


class Command(BaseCommand):
    help = (
        "Delete sent and processed messages older than the settings say, and the bytes of dismissed dead letters. "
        "Unsent, unprocessed and dead ones stay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        pruned = 0
        while step := prune_messages(seconds=1):
            pruned += step
            self.stdout.write(f"{pruned} pruned")
        self.stdout.write(f"done: {pruned} messages pruned")
