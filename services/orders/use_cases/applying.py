"""Giving orders the final status that payments decided on."""

from collections.abc import Sequence

from django.db import transaction

from services.common.sql import Given, fetch
from services.messaging.message import Contradiction
from services.orders.events import OrderSettled
from services.orders.models import Status

ANSWERS = Given(order_id="uuid", status="text", reason="text")
# One statement for the batch, which also returns what it did not change: NEW alone turns into another status.
# The time is the database's, as that of the inbox: what came later was written later, whatever a process's clock says.
APPLY = f"""
WITH answer AS (
    SELECT * FROM {ANSWERS}
), settled AS (
    UPDATE orders_order SET status = answer.status, reason = answer.reason, settled_at = clock_timestamp()
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
def apply_settlements(*, settlements: Sequence[OrderSettled]) -> None:
    """Give each NEW order its final status, all in one statement; one that has it already is left alone.

    Raises `Contradiction` where an order ended otherwise before; `UnknownOrder` and `SettledMeanwhile` can pass.
    """
    wanted = {each.order_id: {"status": each.status, "reason": each.reason} for each in settlements}
    rows = [{"order_id": order_id, **answer} for order_id, answer in wanted.items()]
    for order_id, status, reason in fetch(APPLY, ANSWERS.arrays(rows)):
        if status is None:
            raise UnknownOrder(f"there is no order {order_id}")
        if status == Status.NEW:
            raise SettledMeanwhile(f"order {order_id}")
        if {"status": status, "reason": reason} != wanted[order_id]:
            raise Contradiction(f"order {order_id} is {status} {reason} already")
