"""What orders does with each type of message it receives."""

from collections.abc import Sequence

from services.messaging.handlers import handler
from services.messaging.message import Received
from services.orders import use_cases
from services.orders.events import ORDER_SETTLED, OrderSettled


@handler(ORDER_SETTLED, parse=OrderSettled.from_payload, batch=True)
def on_orders_settled(messages: Sequence[Received[OrderSettled]]) -> None:
    """Payments has decided: each order gets its final status."""
    use_cases.apply_settlements(settlements=[message.event for message in messages])
