"""What payments does with each type of message it receives."""

from collections.abc import Sequence

from django.utils import timezone

from services.messaging.message import Handlers, MessageHandler, Received
from services.payments import use_cases
from services.payments.events import ORDER_PLACED, OrderPlaced


def settle_orders(messages: Sequence[Received[OrderPlaced]]) -> None:
    """Orders were placed, or their answers were lost: decide once, and answer."""
    use_cases.settle_orders(tasks=messages, now=timezone.now())


HANDLERS: Handlers = {
    ORDER_PLACED: MessageHandler(parse=OrderPlaced.from_payload, handle=settle_orders, on_duplicate=settle_orders)
}
