"""Points that somebody outside the shop gives for orders: a nicety, never waited for long."""

import uuid

import structlog
from django.conf import settings

from services.gateway.clients.deadline import Deadline
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.http import Call
from services.gateway.clients.upstreams import channel

logger = structlog.get_logger(__name__)

DEADLINE_SECONDS = 0.5


def points_of(user_id: uuid.UUID) -> int | None:
    """The user's points; None where nobody gives any, or nobody answers within half a second."""
    if not settings.POINTS_URL:
        return None
    headers = {"Authorization": f"Bearer {settings.POINTS_TOKEN}"}
    try:
        reply = channel("points", settings.POINTS_URL).send(
            Call("GET", f"points/{user_id}", headers), Deadline(DEADLINE_SECONDS)
        )
        return reply.read(lambda body: int(body["points"]))
    except UpstreamRefused as refusal:
        logger.warning("points are refused", action="points_refused", status=refusal.status)
    except UpstreamUnavailable:
        pass  # told by the channel
    return None
