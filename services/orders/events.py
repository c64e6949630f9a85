"""The message that orders sends, and its own reading of the one that it receives."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from services.common.payload import read_text, read_uuid
from services.messaging.message import Message, digest
from services.orders.models import Order, Reason, Status

ORDER_PLACED = "orders.order_placed"
ORDER_SETTLED = "payments.order_settled"


def order_placed(order: Order) -> Message:
    """The payment task of an order; the same bytes whenever it is built."""
    return Message(
        type=ORDER_PLACED,
        subject=order.id,
        key=str(order.user_id),
        occurred_at=order.created_at,
        payload={
            "order_id": str(order.id),
            "user_id": str(order.user_id),
            "amount": order.amount,
            "currency": order.currency,
        },
        attempt=order.attempt,
    )


@dataclass(frozen=True)
class OrderSettled:
    """What payments decided; `reason` is "" unless the order is rejected."""

    order_id: uuid.UUID
    user_id: uuid.UUID
    status: str
    reason: str

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Raises `ValueError` for what no answer can be; tolerates fields that it does not know."""
        status = read_text(payload, "status")
        rejected = status == Status.REJECTED
        if not rejected and (status != Status.PAID or payload.get("reason", "missing") is not None):
            raise ValueError("status must be PAID without a reason, or REJECTED with one")
        reason = read_text(payload, "reason") if rejected else ""
        if rejected and reason not in Reason.values:
            raise ValueError(f"unknown reason: {reason[:50]}")
        return cls(read_uuid(payload, "order_id"), read_uuid(payload, "user_id"), status, reason)

    @property
    def subject(self) -> uuid.UUID:
        return self.order_id

    @cached_property
    def key(self) -> str:
        return str(self.user_id)

    @cached_property
    def fingerprint(self) -> bytes:
        return digest(self.order_id, self.user_id, self.status, self.reason)
