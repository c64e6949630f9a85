"""An outcome that nobody knows is kept, and asked for with the same key and body until it is known."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.dtos import Money
from services.gateway.models import Attempt

T = TypeVar("T")


class OutcomeUnknown(Exception):
    """The upstream has done it, or will, or will not: nobody can say yet."""

    def __init__(self, attempt: Attempt) -> None:
        self.kind = Attempt.Kind(attempt.kind)
        self.money = money_of(attempt)
        super().__init__(f"{attempt}: outcome unknown")


def find(user_id: uuid.UUID, kind: Attempt.Kind) -> Attempt | None:
    """The user's open attempt of this kind."""
    return Attempt.objects.filter(user_id=user_id, kind=kind).first()


@transaction.atomic(durable=True)
def begin(user_id: uuid.UUID, kind: Attempt.Kind, key: uuid.UUID, body: dict[str, Any]) -> Attempt:
    """The user's open attempt of this kind, committed: a new one, or the one that is open already."""
    return Attempt.objects.get_or_create(user_id=user_id, kind=kind, defaults={"key": key, "body": body})[0]


def ask(attempt: Attempt, send: Callable[[], T]) -> T:
    """What the upstream answers; the attempt stays open until `end`.

    Raises `UpstreamRefused` where it was not done and never will be: then the attempt has ended. Raises
    `OutcomeUnknown` where the same must be asked again.
    """
    try:
        return send()
    except UpstreamUnavailable as silence:
        raise OutcomeUnknown(attempt) from silence
    except UpstreamRefused as refusal:
        if not refusal.is_final:
            raise OutcomeUnknown(attempt) from refusal
        end(attempt)
        raise


def end(attempt: Attempt) -> None:
    """The outcome is known."""
    Attempt.objects.filter(pk=attempt.pk).delete()


def money_of(attempt: Attempt) -> Money:
    if attempt.kind == Attempt.Kind.ORDER:
        return Money.from_json(attempt.body["expected_total"])
    return Money(attempt.body["amount"], settings.CURRENCY)
