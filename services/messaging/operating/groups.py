"""Dead letters of one cause, together: how many, since when, and what was done about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncMinute

from ..models import DeadLetter, Redrive
from ..reasons import Outcome

MOST_GROUPS = 100
MOST_DEEDS = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Letters of one reason whose details differ in ids and numbers alone."""

    reason: str
    cause: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with letters of a group within a minute: to how many, and what became of them."""

    by: str
    at: datetime
    outcome: str
    note: str
    count: int


def groups_of(letters: "QuerySet[DeadLetter]") -> Sequence[Group]:
    """The hundred groups of these letters that grew last, newest first."""
    counted = letters.order_by().values("reason", "cause")
    found = counted.annotate(count=Count("id"), first_at=Min("created_at"), last_at=Max("created_at"))
    return [Group(**each) for each in found.order_by("-last_at", "reason", "cause")[:MOST_GROUPS]]


def deeds_on(letters: "QuerySet[DeadLetter]") -> Sequence[Deed]:
    """The last twenty deeds on any of these letters, newest first."""
    done = Redrive.objects.filter(dead_letter__in=letters.order_by().values("id"))
    counted = done.values("by", "outcome", "note", minute=TruncMinute("at")).annotate(count=Count("id"), last=Max("at"))
    return [
        Deed(each["by"], each["last"], each["outcome"], each["note"], each["count"])
        for each in counted.order_by("-last")[:MOST_DEEDS]
    ]


def dead_again(letters: "QuerySet[DeadLetter]", *, by: str = "", since: datetime | None = None) -> int:
    """How many of these open letters were handed back before, by this person since then, and died again."""
    tried = Redrive.objects.filter(outcome=Outcome.PENDING)
    tried = tried.filter(by=by) if by else tried
    tried = tried.filter(at__gte=since) if since else tried
    return letters.order_by().filter(id__in=tried.values("dead_letter_id")).count()
