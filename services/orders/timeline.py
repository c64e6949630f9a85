"""An order's timeline as far as it runs through this service, and its whole story for staff."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from services.messaging.operating.queries import Trail, inbox_trace, outbox_trace, trail_of
from services.orders import queries
from services.orders.events import ORDER_PLACED, ORDER_SETTLED
from services.orders.models import Order


class StepName(StrEnum):
    """Every step that an order takes here, in order."""

    CREATED = "created"
    ENQUEUED = "enqueued"
    PRODUCED = "produced"
    REPLY_PRODUCED = "reply_produced"
    REPLY_RECEIVED = "reply_received"
    STATUS_CHANGED = "status_changed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way."""

    at: datetime
    service: str
    step: StepName
    detail: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps on this side, in order; `complete` where none is missing, but for the time that the answer states."""

    complete: bool
    steps: Sequence[Step]


def timeline_of(order: Order) -> Timeline:
    """The order's steps that happened here."""
    steps = [Step(at, settings.SERVICE_NAME, name, detail) for at, name, detail in _steps(order)]
    return Timeline(complete={each.step for each in steps} | {StepName.REPLY_PRODUCED} == set(StepName), steps=steps)


def _steps(order: Order) -> Iterator[tuple[datetime, StepName, str]]:
    yield order.created_at, StepName.CREATED, ""
    if task := outbox_trace(ORDER_PLACED, order.id):
        yield task.enqueued_at, StepName.ENQUEUED, ""
        if task.confirmed_at:
            yield task.confirmed_at, StepName.PRODUCED, _position(task.partition, task.offset)
    if reply := inbox_trace(ORDER_SETTLED, order.id):
        detail = "dead letter" if reply.dead else _position(reply.partition, reply.offset)
        if reply.produced_at:
            yield reply.produced_at, StepName.REPLY_PRODUCED, _position(reply.partition, reply.offset)
        yield reply.received_at, StepName.REPLY_RECEIVED, detail
    if order.settled_at:
        yield order.settled_at, StepName.STATUS_CHANGED, f"{order.status} {order.reason}".strip()


def _position(partition: int | None, offset: int | None) -> str:
    return f"partition {partition}, offset {offset}"


@dataclass(frozen=True, slots=True)
class Story:
    """Every row that orders has of an order, which it may have none of, and of its messages."""

    order: Order | None
    trail: Trail


def story_of(order_id: uuid.UUID, *, now: datetime) -> Story:
    """Of anybody's order."""
    order = queries.orders(now=now).filter(id=order_id).first()
    return Story(order, trail_of(order_id, sends=ORDER_PLACED, receives=ORDER_SETTLED))
