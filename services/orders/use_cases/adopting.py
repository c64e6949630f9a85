"""Putting right orders that payments settled for another sum, before orders forgot and placed them again."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from services.orders.clients import PaymentsClient, SettlementDTO
from services.orders.models import Order, Status


def adopt_settlements(*, order_ids: Sequence[uuid.UUID], payments: PaymentsClient, now: datetime) -> int:
    """Let those of the orders that are NEW say what payments decided and for which sum; returns how many there are.

    What was charged is charged and payments never decides twice, so orders gives in; the lines stay as they were
    placed. An order of another user than the settlement's is left alone. Raises `PaymentsUnavailable`.
    """
    settlements = [found for each in order_ids if (found := payments.settlement(each))]
    return sum(_adopt(settlement, now) for settlement in settlements)


def _adopt(settlement: SettlementDTO, now: datetime) -> int:
    new = Order.objects.filter(id=settlement.order_id, user_id=settlement.user_id, status=Status.NEW)
    return new.update(
        amount=settlement.amount,
        currency=settlement.currency,
        status=settlement.status,
        reason=settlement.reason,
        settled_at=now,
    )
