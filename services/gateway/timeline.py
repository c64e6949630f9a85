"""An order's way through both services, put together."""

import uuid
from collections.abc import Callable

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.upstreams import Upstreams
from services.gateway.dtos import Step, Timeline

ORDER = (
    "created",
    "enqueued",
    "produced",
    "received",
    "settled",
    "reply_enqueued",
    "reply_produced",
    "reply_received",
    "status_changed",
)


def timeline_of(upstreams: Upstreams, order_id: uuid.UUID) -> Timeline:
    """Both services' steps, in order; partial while one is down, `UpstreamUnavailable` while both are."""
    orders = steps_of(upstreams.orders.timeline, order_id)
    payments = steps_of(known_to_payments(upstreams), order_id)
    if orders is None and payments is None:
        raise UpstreamUnavailable("orders")
    steps = sorted([*(orders or ()), *(payments or ())], key=lambda step: (ORDER.index(step.step), step.at))
    settled = any(step.step == "status_changed" for step in steps)
    return Timeline(complete=settled and orders is not None and payments is not None, steps=tuple(steps))


def steps_of(ask: Callable[[uuid.UUID], tuple[Step, ...]], order_id: uuid.UUID) -> tuple[Step, ...] | None:
    """The side's steps that have a place in the order, or None while it is down."""
    try:
        return tuple(step for step in ask(order_id) if step.step in ORDER)
    except UpstreamUnavailable:
        return None


def known_to_payments(upstreams: Upstreams) -> Callable[[uuid.UUID], tuple[Step, ...]]:
    """Payments' timeline; one that it has not heard of yet (404) has no steps."""

    def ask(order_id: uuid.UUID) -> tuple[Step, ...]:
        try:
            return upstreams.payments.timeline(order_id)
        except UpstreamRefused as refusal:
            if refusal.status != 404:
                raise
            return ()

    return ask
