"""An order's way through both services, put together."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.upstreams import Upstreams
from services.gateway.dtos import Step, Timeline
from services.gateway.steps import StepName


def timeline_of(upstreams: Upstreams, order_id: uuid.UUID) -> Timeline:
    """Both services' steps, in order; partial while one is down, `UpstreamUnavailable` while both are."""
    orders = steps_of(upstreams.orders.timeline, order_id)
    payments = steps_of(upstreams.payments.timeline, order_id)
    if orders is None and payments is None:
        raise UpstreamUnavailable("orders")
    told = joined(by_name(orders or ()), by_name(payments or ()))
    steps = tuple(told[name] for name in StepName if name in told)
    return Timeline(len(steps) == len(StepName), steps, silent=orders is None or payments is None)


def joined(orders: Mapping[str, Step], payments: Mapping[str, Step]) -> dict[str, Step]:
    """Each step once."""
    task = as_recorded(orders, payments, StepName.ENQUEUED, StepName.PRODUCED)
    reply = as_recorded(payments, orders, StepName.REPLY_ENQUEUED, StepName.REPLY_PRODUCED)
    return {**orders, **payments, **task, **reply}


def as_recorded(
    sender: Mapping[str, Step], receiver: Mapping[str, Step], enqueued: StepName, produced: StepName
) -> dict[str, Step]:
    """Sent when the receiver's record says, and never before it was enqueued; its sender knows the confirmation."""
    if not (produced in sender and produced in receiver):
        return {}
    earliest = sender[enqueued].at if enqueued in sender else receiver[produced].at
    return {produced: replace(sender[produced], at=max(earliest, receiver[produced].at))}


def by_name(steps: Iterable[Step]) -> dict[str, Step]:
    """Those that this version knows."""
    return {step.step: step for step in steps if step.step in set(StepName)}


def steps_of(ask: Callable[[uuid.UUID], tuple[Step, ...]], order_id: uuid.UUID) -> tuple[Step, ...] | None:
    """One side's steps, or None while it is down."""
    try:
        return ask(order_id)
    except UpstreamUnavailable:
        return None
