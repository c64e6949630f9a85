"""What payments does with each type of message it receives."""

from collections.abc import Sequence

from services.common.clock import database_now
from services.messaging.handlers import handler
from services.messaging.message import Received
from services.payments import use_cases
from services.payments.events import ORDER_PLACED, OrderPlaced


@handler(ORDER_PLACED, parse=OrderPlaced.from_payload, batch=True, answers_again=True)
def on_orders_placed(messages: Sequence[Received[OrderPlaced]]) -> None:
    """Orders were placed, or their answers were lost: decide once, and answer."""
    tasks = [use_cases.Task(message.event, message.attempt, message.traceparent) for message in messages]
    use_cases.decide_orders(tasks=tasks, now=database_now())
