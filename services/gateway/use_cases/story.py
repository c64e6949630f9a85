"""One order's story, put together from both services' rows; and finding the order that somebody means."""

import uuid
from dataclasses import dataclass

from services.gateway.clients.errors import UpstreamUnavailable, unless_silent
from services.gateway.clients.upstreams import Upstreams
from services.gateway.staff_dtos import FoundOrder, OrdersSide, PaymentsSide


@dataclass(frozen=True, slots=True)
class Story:
    """What each side knows of an order; None while it is silent."""

    orders: OrdersSide | None
    payments: PaymentsSide | None

    @property
    def is_empty(self) -> bool:
        """Whether both sides answered and neither has a row of it."""
        if self.orders is None or self.payments is None:
            return False
        trails = (self.orders.trail, self.payments.trail)
        rows = (self.orders.order, self.payments.settlement, *self.payments.entries)
        return not any(rows) and not any(trail.sent or trail.received or trail.dead_letters for trail in trails)


def story_of(upstreams: Upstreams, order_id: uuid.UUID) -> Story:
    """Both sides' rows; partial while one is down, `UpstreamUnavailable` while both are."""
    story = Story(
        orders=unless_silent(lambda: upstreams.orders.story(order_id)),
        payments=unless_silent(lambda: upstreams.payments.story(order_id)),
    )
    if story.orders is None and story.payments is None:
        raise UpstreamUnavailable("orders")
    return story


@dataclass(frozen=True, slots=True)
class Found:
    """The orders that a text may mean; `order_id` where it means this one for sure."""

    orders: tuple[FoundOrder, ...] = ()
    order_id: uuid.UUID | None = None


def find_order(upstreams: Upstreams, text: str) -> Found:
    """By an order's id or short number, a user's id, or the id of a message that either service sent."""
    orders = unless_silent(lambda: upstreams.orders.find_orders(text))
    if orders:
        return Found(orders, orders[0].id if len(orders) == 1 else None)
    identity = as_uuid(text)
    subject = identity and unless_silent(lambda: upstreams.operating["payments"].subject_of(identity))
    if subject:
        return Found(order_id=subject)
    if orders is None and identity is None:
        raise UpstreamUnavailable("orders")
    # Payments may know an order that orders does not, and says so on its story's page.
    return Found(order_id=identity)


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
