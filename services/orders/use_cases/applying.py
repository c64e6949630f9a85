"""Giving orders the final status that payments decided on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from services.messaging.message import PermanentError
from services.messaging.sql import fetch
from services.orders.events import OrderSettled
from services.orders.models import Status

# One statement for the batch, which also returns what it did not change: NEW alone turns into another status.
APPLY = """
WITH answer AS (
    SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[]) AS answer(order_id, status, reason)
), settled AS (
    UPDATE orders_order SET status = answer.status, reason = answer.reason, settled_at = %b::timestamptz
    FROM answer WHERE orders_order.id = answer.order_id AND orders_order.status = 'NEW'
    RETURNING orders_order.id
)
SELECT answer.order_id, orders_order.status, orders_order.reason
FROM answer LEFT JOIN orders_order ON orders_order.id = answer.order_id
WHERE answer.order_id NOT IN (SELECT id FROM settled)
"""


class UnknownOrder(Exception):
    """Payments speaks of an order that is not here (yet): a database restored from an old backup looks like this."""


class SettledMeanwhile(Exception):
    """Another transaction settled the order while this one waited for it: look again."""


@transaction.atomic
def apply_settlements(*, settlements: Sequence[OrderSettled], now: datetime) -> None:
    """Give each NEW order its final status, all in one statement; one that has it already is left alone.

    Raises `PermanentError` where an order ended otherwise before; `UnknownOrder` and `SettledMeanwhile` can pass.
    """
    wanted = {each.order_id: (each.status, each.reason) for each in settlements}
    columns = [list(wanted), *(list(column) for column in zip(*wanted.values(), strict=True))]
    for order_id, status, reason in fetch(APPLY, [*columns, now]):
        if status is None:
            raise UnknownOrder(f"there is no order {order_id}")
        if status == Status.NEW:
            raise SettledMeanwhile(f"order {order_id}")
        if (status, reason) != wanted[order_id]:
            raise PermanentError(f"order {order_id} is {status} {reason} already")
