"""The outbox: the one way to send a message."""

import uuid
from collections.abc import Sequence

from services.messaging.message import Message


def enqueue(messages: Sequence[Message]) -> None:
    """Record messages in the caller's transaction; the relay sends them after its commit, at least once, in order.

    A message that is there already (same type and subject) is sent again with its attempt, unless a higher one
    waits. Raises `TransactionRequired` outside a transaction.
    """
    raise NotImplementedError


def pending_subjects(message_type: str, subjects: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the subjects whose message still waits to be sent."""
    raise NotImplementedError
