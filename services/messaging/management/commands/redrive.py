"""`redrive`: gives dead letters another chance once their cause is mended, or closes those that nobody needs."""

import getpass
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from ...models import MAX_BY, DeadLetter
from ...operating import wiring
from ...operating.choice import LOOKUPS, Choice, dismissed_letters, open_letters
from ...operating.dismiss import dismiss, restore
from ...operating.redrive import Redriver
from ...text import is_storable

PROGRESS_EVERY = 100


def moment(text: str) -> datetime:
    """ISO 8601; without an offset, UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else timezone.make_aware(found)


class Command(BaseCommand):
    help = "Give open dead letters another chance, or dismiss them. Recorded with who and when; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        self._add_choice(parser)
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--dismiss", action="store_true", help="close them unhandled; wants a --note")
        act.add_argument("--restore", action="store_true", help="open again, of those that were dismissed")
        parser.add_argument(
            "--dry-run", action="store_true", help="list them (all, where not said which), change nothing"
        )
        parser.add_argument("--rate", type=float, default=50.0, help="redrive at most so many a second (default 50)")
        parser.add_argument("--by", default=getpass.getuser(), help="who does this (default: the system's user)")
        parser.add_argument("--note", default="", help="why, for the record")

    def _add_choice(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=int, nargs="+", dest="ids", help="dead letters by id")
        parser.add_argument("--type", help="of this message type")
        parser.add_argument("--reason", help="set aside for this reason: failed, unreadable, bad_signature, …")
        parser.add_argument("--cause", help="of this cause, as the console's failures say it: '…' for what differs")
        parser.add_argument("--since", type=moment, help="set aside at or after this time (ISO 8601, UTC)")
        parser.add_argument("--until", type=moment, help="set aside before this time")
        parser.add_argument("--all", action="store_true", help="every one")
        parser.add_argument("--limit", type=int, help="at most so many, the oldest first")

    def handle(self, *args: Any, **options: Any) -> None:
        choice = Choice(**{name: options[name] for name in LOOKUPS})
        check(choice, options)
        letters = choice.among(dismissed_letters() if options["restore"] else open_letters())[: options["limit"]]
        by, note = options["by"], options["note"].strip()
        if options["dry_run"]:
            self._list(letters)
        elif options["dismiss"]:
            self.stdout.write(f"done: {dismiss(letters, by=by, note=note)} dismissed by {by}: {note}")
        elif options["restore"]:
            self.stdout.write(f"done: {restore(letters, by=by, note=note)} restored by {by}")
        else:
            self._redrive(letters, Redriver(wiring.inbox(), by=by, note=note), rate=options["rate"])

    def _list(self, letters: "QuerySet[DeadLetter]") -> None:
        for letter in letters.defer("key", "value", "headers"):
            what = f"{letter.type} {letter.subject or ''}".strip() or "unread"
            self.stdout.write(f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}  {letter.reason}  {what}")
        self.stdout.write(f"dry run: {letters.count()} dead letters are meant, nothing was changed")

    def _redrive(self, letters: "QuerySet[DeadLetter]", redriver: Redriver, *, rate: float) -> None:
        total, counts, resolved = letters.count(), Counter[str](), 0
        for result in redriver.redrive(letters, rate=rate):
            counts[result.outcome] += 1
            resolved += result.is_resolved
            if counts.total() % PROGRESS_EVERY == 0:
                self.stdout.write(f"{counts.total()} of {total}")
        summary = ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())) or "nothing to do"
        self.stdout.write(f"done: {counts.total()} redriven by {redriver.by}: {summary}")
        if still_open := counts.total() - resolved:
            self.stdout.write(f"{still_open} of them cannot be handled yet, and are open as before")


def check(choice: Choice, options: Mapping[str, Any]) -> None:
    """Raises `CommandError` for what cannot be meant."""
    if choice.is_empty() and not options["all"] and not options["dry_run"]:
        raise CommandError(
            "say which: --id, --type, --reason, --cause, --since, --until or --all; --dry-run lists them"
        )
    if options["dismiss"] and not options["note"].strip() and not options["dry_run"]:
        raise CommandError('say why: --dismiss wants a --note "…", which is kept with the letter')
    if not is_storable(options["by"], MAX_BY):
        raise CommandError(f"--by: at most {MAX_BY} characters of UTF-8")
    if options["rate"] <= 0:
        raise CommandError("--rate must be positive")
    if options["limit"] is not None and options["limit"] < 1:
        raise CommandError("--limit must be positive")
