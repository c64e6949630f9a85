"""The message that payments sends, and its own reading of the one that it receives."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from services.common.payload import read_amount, read_currency, read_uuid
from services.messaging.message import Message, digest

ORDER_PLACED = "orders.order_placed"
ORDER_SETTLED = "payments.order_settled"


@dataclass(frozen=True)
class OrderPlaced:
    """A payment task."""

    order_id: uuid.UUID
    user_id: uuid.UUID
    amount: int
    currency: str

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Raises `ValueError` for what no task can be; tolerates fields that it does not know."""
        return cls(
            order_id=read_uuid(payload, "order_id"),
            user_id=read_uuid(payload, "user_id"),
            amount=read_amount(payload, "amount"),
            currency=read_currency(payload, "currency"),
        )

    @property
    def subject(self) -> uuid.UUID:
        return self.order_id

    @cached_property
    def key(self) -> str:
        return str(self.user_id)

    @cached_property
    def fingerprint(self) -> bytes:
        return digest(self.order_id, self.user_id, self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class OrderSettled:
    """The answer to a payment task; `reason` is "" unless the order is rejected."""

    order_id: uuid.UUID
    user_id: uuid.UUID
    status: str
    reason: str
    settled_at: datetime

    def message(self, *, attempt: int) -> Message:
        """The answer as it is sent; the same bytes whenever it is built."""
        return Message(
            type=ORDER_SETTLED,
            subject=self.order_id,
            key=str(self.user_id),
            occurred_at=self.settled_at,
            payload={
                "order_id": str(self.order_id),
                "user_id": str(self.user_id),
                "status": self.status,
                "reason": self.reason or None,
            },
            attempt=attempt,
        )
