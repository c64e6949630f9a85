"""An outcome that nobody knows is kept, and asked for with the same key and body until it is known."""

from collections.abc import Callable
from typing import TypeVar

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.models import Attempt

T = TypeVar("T")


class OutcomeUnknown(Exception):
    """The upstream has done it, or will, or will not: nobody can say yet."""

    def __init__(self, attempt: Attempt) -> None:
        self.kind = Attempt.Kind(attempt.kind)
        self.money = attempt.money
        super().__init__(f"{attempt}: outcome unknown")


def ask(attempt: Attempt, send: Callable[[], T]) -> T:
    """What the upstream answers; the attempt stays open until the caller, who keeps the answer, closes it.

    Raises `UpstreamRefused` where it was not done and never will be: then the attempt is closed. Raises
    `OutcomeUnknown` where the same must be asked again.
    """
    try:
        return send()
    except UpstreamUnavailable as silence:
        raise OutcomeUnknown(attempt) from silence
    except UpstreamRefused as refusal:
        if not refusal.is_final:
            raise OutcomeUnknown(attempt) from refusal
        Attempt.objects.close(attempt)
        raise
