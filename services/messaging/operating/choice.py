"""Which dead letters an operator means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ..models import DeadLetter

LOOKUPS = {"ids": "id__in", "type": "type", "reason": "reason", "since": "created_at__gte", "until": "created_at__lt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Open dead letters that meet every condition that is given; without any, all of them."""

    ids: Sequence[int] | None = None
    type: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return all(getattr(self, name) is None for name in LOOKUPS)

    def letters(self) -> "QuerySet[DeadLetter]":
        """The letters that nobody has dealt with, oldest first."""
        given = {lookup: getattr(self, name) for name, lookup in LOOKUPS.items() if getattr(self, name) is not None}
        return open_letters().filter(**given)


def open_letters() -> "QuerySet[DeadLetter]":
    """Dead letters that nobody has dealt with, oldest first."""
    return DeadLetter.objects.filter(resolved_at=None).order_by("id")
