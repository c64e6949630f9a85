"""Which dead letters an operator means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from ..models import DeadLetter, Redrive
from ..reasons import Outcome

LOOKUPS = {
    "ids": "id__in",
    "type": "type",
    "reason": "reason",
    "cause": "cause",
    "since": "created_at__gte",
    "until": "created_at__lt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Dead letters that meet every condition that is given; without any, all of them."""

    ids: Sequence[int] | None = None
    type: str | None = None
    reason: str | None = None
    cause: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return all(getattr(self, name) is None for name in LOOKUPS)

    def among(self, letters: "QuerySet[DeadLetter]") -> "QuerySet[DeadLetter]":
        """Those of the letters that are meant."""
        given = {lookup: getattr(self, name) for name, lookup in LOOKUPS.items() if getattr(self, name) is not None}
        return letters.filter(**given)


def open_letters() -> "QuerySet[DeadLetter]":
    """Dead letters that nobody has dealt with, oldest first."""
    return DeadLetter.objects.filter(resolved_at=None).order_by("id")


def dismissed_letters() -> "QuerySet[DeadLetter]":
    """Dead letters that were dismissed, and neither restored nor set aside anew since, oldest first."""
    outcomes = Redrive.objects.filter(dead_letter=OuterRef("id")).order_by("-id").values("outcome")
    closed = DeadLetter.objects.filter(resolved_at__isnull=False).alias(last=Subquery(outcomes[:1]))
    return closed.filter(last=Outcome.DISMISSED).order_by("id")
