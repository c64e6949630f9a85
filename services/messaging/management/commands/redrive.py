"""`redrive`: gives dead letters another chance once their cause is mended."""

import getpass
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from ...models import DeadLetter
from ...operating import wiring
from ...operating.choice import LOOKUPS, Choice
from ...operating.redrive import Redriver

PROGRESS_EVERY = 100


def moment(text: str) -> datetime:
    """ISO 8601; without an offset, UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else timezone.make_aware(found)


class Command(BaseCommand):
    help = "Give open dead letters another chance. Recorded with who and when; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=int, nargs="+", dest="ids", help="dead letters by id")
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
        choice = Choice(**{name: options[name] for name in LOOKUPS})
        if choice.is_empty() and not options["all"]:
            raise CommandError("say which: --id, --type, --reason, --since, --until or --all")
        if options["rate"] <= 0:
            raise CommandError("--rate must be positive")
        letters = choice.letters()[: options["limit"]]
        if options["dry_run"]:
            self._list(letters)
        else:
            self._redrive(letters, by=options["by"], rate=options["rate"])

    def _list(self, letters: "QuerySet[DeadLetter]") -> None:
        for letter in letters:
            what = f"{letter.type} {letter.subject or ''}".strip() or "unread"
            self.stdout.write(f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}  {letter.reason}  {what}")
        self.stdout.write(f"dry run: {len(letters)} dead letters would be redriven, nothing was changed")

    def _redrive(self, letters: "QuerySet[DeadLetter]", *, by: str, rate: float) -> None:
        redriver = Redriver(wiring.inbox(), by=by)
        total, counts, resolved = letters.count(), Counter[str](), 0
        for result in redriver.redrive(letters, rate=rate):
            counts[result.outcome] += 1
            resolved += result.is_resolved
            if counts.total() % PROGRESS_EVERY == 0:
                self.stdout.write(f"{counts.total()} of {total}")
        summary = ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())) or "nothing to do"
        self.stdout.write(f"done: {counts.total()} redriven by {by}: {summary}")
        if still_open := counts.total() - resolved:
            self.stdout.write(f"{still_open} of them cannot be handled yet, and are open as before")
