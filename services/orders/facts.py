"""The facts of orders."""

from services.common.clock import database_now
from services.messaging.facts import Fact
from services.orders.queries import DELAYED_AFTER, delayed_orders

FACTS = (
    Fact(
        name="delayed_orders",
        help=f"Orders without an answer of payments {DELAYED_AFTER.total_seconds():.0f} s after they were placed.",
        unit="orders",
        read=lambda: delayed_orders(now=database_now()).count(),
        at_most=0,  # a shopper waits
    ),
)
