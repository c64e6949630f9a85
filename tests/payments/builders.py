import uuid

from django.utils import timezone

from services.messaging.message import Received
from services.payments.events import ORDER_PLACED, OrderPlaced
from services.payments.use_cases import Task, deposit, open_account


def open_with(balance, user_id=None):
    """An account that holds so much."""
    user_id = user_id or uuid.uuid4()
    account, _ = open_account(user_id=user_id, now=timezone.now())
    if balance:
        deposit(user_id=user_id, amount=balance, now=timezone.now())
    account.refresh_from_db()
    return account


def task(user_id, amount, *, order_id=None, currency="RUB", attempt=1):
    """A payment task in the use-case's hands."""
    return Task(OrderPlaced(order_id or uuid.uuid4(), user_id, amount, currency), attempt, traceparent="")


def received(task):
    """The same in the handler's hands."""
    return Received(uuid.uuid4(), ORDER_PLACED, task.attempt, task.traceparent, task.order)
