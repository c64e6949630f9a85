"""`redrive`: gives dead letters another chance once their cause is mended."""

import getpass
from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from services.messaging.models import DeadLetter
from services.messaging.operating.redrive import Redriver, open_letters

FILTERS = {"id": "id__in", "type": "type", "reason": "reason", "since": "created_at__gte", "until": "created_at__lt"}
PROGRESS_EVERY = 100


def moment(text: str) -> datetime:
    """ISO 8601; without an offset, UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else timezone.make_aware(found)


class Command(BaseCommand):
    help = "Give open dead letters another chance. Recorded with who and when; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=int, nargs="+", help="dead letters by id")
        parser.add_argument("--type", help="of this message type")
        parser.add_argument("--reason", help="set aside for this reason: failed, unreadable, bad_signature, …")
        parser.add_argument("--since", type=moment, help="set aside at or after this time (ISO 8601, UTC)")
        parser.add_argument("--until", type=moment, help="set aside before this time")
        parser.add_argument("--all", action="store_true", help="every open dead letter")
        parser.add_argument("--dry-run", action="store_true", help="list them and change nothing")
        parser.add_argument("--rate", type=float, default=50.0, help="at most so many a second (default 50)")
        parser.add_argument("--limit", type=int, help="at most so many, the oldest first")
        parser.add_argument("--by", default=getpass.getuser(), help="who does this (default: the system's user)")

    def handle(self, *args: Any, **options: Any) -> None:
        letters = self._chosen(options)
        if options["rate"] <= 0:
            raise CommandError("--rate must be positive")
        if options["dry_run"]:
            self._list(letters)
        else:
            self._redrive(letters, options)

    def _chosen(self, options: dict[str, Any]) -> "QuerySet[DeadLetter]":
        wanted = {lookup: options[name] for name, lookup in FILTERS.items() if options[name] is not None}
        if not wanted and not options["all"]:
            raise CommandError("say which: --id, --type, --reason, --since, --until or --all")
        return open_letters().filter(**wanted)[: options["limit"]]

    def _list(self, letters: "QuerySet[DeadLetter]") -> None:
        for letter in letters:
            what = f"{letter.type} {letter.subject or ''}".strip() or "unread"
            self.stdout.write(f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}  {letter.reason}  {what}")
        self.stdout.write(f"dry run: {len(letters)} dead letters would be redriven, nothing was changed")

    def _redrive(self, letters: "QuerySet[DeadLetter]", options: dict[str, Any]) -> None:
        handlers = import_string(settings.MESSAGE_HANDLERS)
        redriver = Redriver(handlers=handlers, keys=settings.RECEIVING_KEYS, by=options["by"])
        total, counts = letters.count(), Counter[str]()
        for done in redriver.redrive(letters, rate=options["rate"]):
            counts[done.outcome] += 1
            if counts.total() % PROGRESS_EVERY == 0:
                self.stdout.write(f"{counts.total()} of {total}")
        told = ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())) or "nothing to do"
        self.stdout.write(f"done: {counts.total()} redriven by {options['by']}: {told}")
