"""How fast people may be: registrations from an address, requests of a user, counted for all processes together."""

import uuid
from datetime import timedelta

from django.conf import settings

from services.common.throttle import Limit, Rations

MINUTE = timedelta(minutes=1)
# Requests come in bursts: they are counted over ten seconds, and who sends too many waits ten.
BURST = timedelta(seconds=10)
_rations = Rations(size=20)


def count_registration(address: str) -> int:
    """Count one registration; returns 0, or the seconds to wait where it is refused."""
    return Limit(settings.REGISTRATIONS_A_MINUTE, window=MINUTE, lock=MINUTE).take("registrations", address)


def count_request(user_id: uuid.UUID) -> int:
    """Count one request of a user; returns 0, or the seconds to wait where it is refused."""
    tries = settings.REQUESTS_A_SECOND * int(BURST.total_seconds())
    return _rations.take(Limit(tries, window=BURST, lock=BURST), "requests", str(user_id))
