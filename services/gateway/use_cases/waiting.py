"""Waiting for an order that was placed: most are final within a tenth of a second."""

import time
import uuid

from django.contrib.auth.models import AnonymousUser

from services.common.http.prefer import place_to_wait
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.orders import OrdersClient
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Order
from services.gateway.models import User

# Of one call, so that it ends well before a call's own time-out.
STEP_SECONDS = 1.0
# Where orders has no place to wait it answers at once.
PAUSE_SECONDS = 0.05
# For the last answer to arrive.
GRACE_SECONDS = 0.2


def wait_until_final(order_id: uuid.UUID, user: User | AnonymousUser, seconds: float) -> Order | None:
    """The user's order once it is final, or as it is after so many seconds.

    None where too many wait already, or orders does not say: what was known of the order stays so.
    """
    with place_to_wait(seconds) as may_wait:
        orders = upstreams_for(user, seconds + GRACE_SECONDS).orders
        try:
            return _ask(order_id, orders, time.monotonic() + seconds) if may_wait else None
        except (UpstreamUnavailable, UpstreamRefused):
            return None


def _ask(order_id: uuid.UUID, orders: OrdersClient, deadline: float) -> Order:
    while True:
        left = deadline - time.monotonic()
        order = orders.order(order_id, wait=max(0.0, min(left, STEP_SECONDS)))
        if order.is_final or left <= 0:
            return order
        time.sleep(max(0.0, min(PAUSE_SECONDS, deadline - time.monotonic())))
