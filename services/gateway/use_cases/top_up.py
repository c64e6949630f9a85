"""Bringing money in: one form counts once, and nothing new is sent while an earlier one is open."""

import uuid
from dataclasses import dataclass
from enum import StrEnum, auto

from services.gateway.clients.errors import UpstreamRefused
from services.gateway.clients.payments import PaymentsClient
from services.gateway.dtos import Deposit
from services.gateway.models import Attempt
from services.gateway.use_cases import attempts


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """What the key brought in, now or when it was sent before; the key is that of an earlier form if one was open."""

    key: uuid.UUID
    deposit: Deposit
    replayed: bool


class NotToppedUp(StrEnum):
    """Why the key brought nothing in, and never will."""

    KEY_OF_ANOTHER_DEPOSIT = auto()
    REFUSED = auto()


def settle(user_id: uuid.UUID, *, payments: PaymentsClient) -> ToppedUp | NotToppedUp | None:
    """How the user's open top-up ended; None where none is open. Raises `OutcomeUnknown` while nobody can say."""
    attempt = Attempt.objects.open_of(user_id, Attempt.Kind.DEPOSIT)
    return _ask(attempt, payments) if attempt else None


def top_up(user_id: uuid.UUID, *, payments: PaymentsClient, key: uuid.UUID, amount: int) -> ToppedUp | NotToppedUp:
    """Bring this many minor units in, unless an earlier top-up turns out to have come in: that is told instead.

    Raises `OutcomeUnknown` while nobody can say whether this or the earlier one has.
    """
    earlier = settle(user_id, payments=payments)
    if isinstance(earlier, ToppedUp):
        return earlier
    return _ask(Attempt.objects.begin(user_id, Attempt.Kind.DEPOSIT, key, {"amount": amount}), payments)


def _ask(attempt: Attempt, payments: PaymentsClient) -> ToppedUp | NotToppedUp:
    try:
        made = attempts.ask(attempt, lambda: payments.deposit(attempt.body["amount"], idempotency_key=str(attempt.key)))
    except UpstreamRefused as refusal:
        return NotToppedUp.KEY_OF_ANOTHER_DEPOSIT if refusal.status == 422 else NotToppedUp.REFUSED
    Attempt.objects.close(attempt)
    return ToppedUp(attempt.key, made.deposit, made.replayed)
