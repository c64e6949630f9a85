"""The nine steps of an order's way through both services, in order."""

from enum import StrEnum


class StepName(StrEnum):
    """What the contract calls each step."""

    CREATED = "created"
    ENQUEUED = "enqueued"
    PRODUCED = "produced"
    RECEIVED = "received"
    SETTLED = "settled"
    REPLY_ENQUEUED = "reply_enqueued"
    REPLY_PRODUCED = "reply_produced"
    REPLY_RECEIVED = "reply_received"
    STATUS_CHANGED = "status_changed"
