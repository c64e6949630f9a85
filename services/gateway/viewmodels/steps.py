"""An order's way through both services, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from services.gateway.dtos import Step, Timeline
from services.gateway.steps import StepName
from services.gateway.viewmodels.formats import clock, duration


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the way; `state` is `done` or `open`, `side` the service that takes it."""

    label: str
    side: str
    side_label: str
    at: str
    since: str
    state: str


def step_labels() -> dict[StepName, tuple[str, str]]:
    return {
        StepName.CREATED: ("orders", _("The order is written down")),
        StepName.ENQUEUED: ("orders", _("So is the payment task, in the same breath")),
        StepName.PRODUCED: ("orders", _("The task is on its way")),
        StepName.RECEIVED: ("payments", _("Payments have the task")),
        StepName.SETTLED: ("payments", _("The money is decided, once and for all")),
        StepName.REPLY_ENQUEUED: ("payments", _("The answer is written down with it")),
        StepName.REPLY_PRODUCED: ("payments", _("The answer is on its way")),
        StepName.REPLY_RECEIVED: ("orders", _("Orders have the answer")),
        StepName.STATUS_CHANGED: ("orders", _("The order knows how it ended")),
    }


def step_rows(steps: Sequence[Step]) -> tuple[StepRow, ...]:
    """All nine steps: those that happened by time, with the time since the one before; the others still open."""
    places = {name: place for place, name in enumerate(StepName)}
    happened = iter(sorted(steps, key=lambda step: (step.at, places[StepName(step.step)])))
    known = {step.step for step in steps}
    sides = {"orders": _("Orders"), "payments": _("Payments")}
    rows: list[StepRow] = []
    before: datetime | None = None
    labels = step_labels()
    for name in StepName:
        step = next(happened) if name in known else None
        side, label = labels[StepName(step.step) if step else name]
        since = f"+{duration(step.at - before)}" if step and before else ""
        at, state = (clock(step.at), "done") if step else ("", "open")
        rows.append(StepRow(label, side, sides[side], at, since, state))
        before = step.at if step else before
    return tuple(rows)


def timeline_note(timeline: Timeline) -> str:
    """How long it took, or what to say about a timeline that is not whole."""
    if timeline.complete:
        times = [step.at for step in timeline.steps]
        return _("From order to answer in %(duration)s.") % {"duration": duration(max(times) - min(times))}
    if timeline.silent:
        return _("One of the services does not answer just now, so some steps cannot be shown.")
    return _("The grey steps are still to come.")
