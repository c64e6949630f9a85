"""An order's way through both services, put together."""

import uuid
from collections.abc import Callable

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.upstreams import Upstreams
from services.gateway.dtos import Step, Timeline
from services.gateway.steps import StepName

POSITIONS = {name.value: position for position, name in enumerate(StepName)}


def timeline_of(upstreams: Upstreams, order_id: uuid.UUID) -> Timeline:
    """Both services' steps, in order; partial while one is down, `UpstreamUnavailable` while both are."""
    orders = steps_of(upstreams.orders.timeline, order_id)
    payments = steps_of(upstreams.payments.timeline, order_id)
    if orders is None and payments is None:
        raise UpstreamUnavailable("orders")
    known = [step for step in [*(orders or ()), *(payments or ())] if step.step in POSITIONS]
    steps = sorted(known, key=lambda step: (POSITIONS[step.step], step.at))
    complete = {step.step for step in steps} == set(POSITIONS)
    return Timeline(complete, tuple(steps), silent=orders is None or payments is None)


def steps_of(ask: Callable[[uuid.UUID], tuple[Step, ...]], order_id: uuid.UUID) -> tuple[Step, ...] | None:
    """One side's steps, or None while it is down."""
    try:
        return ask(order_id)
    except UpstreamUnavailable:
        return None
