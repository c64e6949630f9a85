"""An order's timeline as far as it runs through this service, and its whole story for staff."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from services.messaging.operating.queries import Trail, inbox_trace, outbox_trace, trail_of
from services.payments.events import ORDER_PLACED, ORDER_SETTLED
from services.payments.models import LedgerEntry, Settlement


class StepName(StrEnum):
    """Every step that an order takes here, in order."""

    PRODUCED = "produced"
    RECEIVED = "received"
    SETTLED = "settled"
    REPLY_ENQUEUED = "reply_enqueued"
    REPLY_PRODUCED = "reply_produced"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way."""

    at: datetime
    service: str
    step: StepName
    detail: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps on this side, in order; `complete` where none is missing, but for the time that the task states."""

    complete: bool
    steps: Sequence[Step]


def timeline_of(*, user_id: uuid.UUID, order_id: uuid.UUID) -> Timeline:
    """The steps that happened here; none for an order of another user."""
    steps = [Step(at, settings.SERVICE_NAME, name, detail) for at, name, detail in _steps(str(user_id), order_id)]
    return Timeline(complete={each.step for each in steps} | {StepName.PRODUCED} == set(StepName), steps=steps)


def _steps(user_id: str, order_id: uuid.UUID) -> Iterator[tuple[datetime, StepName, str]]:
    task = inbox_trace(ORDER_PLACED, order_id)
    if task and task.key == user_id:
        detail = "dead letter" if task.dead else _position(task.partition, task.offset)
        if task.produced_at:
            yield task.produced_at, StepName.PRODUCED, _position(task.partition, task.offset)
        yield task.received_at, StepName.RECEIVED, detail
    settlement = Settlement.objects.filter(order_id=order_id, user_id=user_id).first()
    if settlement is None:
        return
    yield settlement.created_at, StepName.SETTLED, f"{settlement.status} {settlement.reason}".strip()
    if reply := outbox_trace(ORDER_SETTLED, order_id):
        yield reply.enqueued_at, StepName.REPLY_ENQUEUED, ""
        if reply.confirmed_at:
            yield reply.confirmed_at, StepName.REPLY_PRODUCED, _position(reply.partition, reply.offset)


def _position(partition: int | None, offset: int | None) -> str:
    return f"partition {partition}, offset {offset}"


@dataclass(frozen=True, slots=True)
class Story:
    """Every row that payments has of an order, which it may have none of, and of its messages."""

    settlement: Settlement | None
    entries: Sequence[LedgerEntry]
    trail: Trail


def story_of(order_id: uuid.UUID) -> Story:
    """Of anybody's order."""
    return Story(
        settlement=Settlement.objects.filter(order_id=order_id).first(),
        entries=list(LedgerEntry.objects.filter(order_id=order_id).order_by("id")),
        trail=trail_of(order_id, sends=ORDER_SETTLED, receives=ORDER_PLACED),
    )
