"""The facts of the gateway: whether the services behind it answer, as far as this process has seen, and clean-up."""

from collections.abc import Callable

from services.common.sql import fetch
from services.gateway.clients.http import Channel
from services.gateway.clients.upstreams import orders_channel, payments_channel
from services.gateway.limits import CARTS_KEPT
from services.messaging.facts import Fact

OLDEST_EXPIRED = """
SELECT greatest(0, extract(epoch FROM clock_timestamp() - least(
    (SELECT min(expire_date) FROM gateway_session),
    (SELECT min(expiry) FROM knox_authtoken),
    (SELECT min(updated_at) FROM gateway_cart WHERE user_id IS NULL) + %b
)))
"""
CLEARED_WITHIN_SECONDS = 7200  # twelve times as long as a chore waits


def reachable(service: str, channel: Callable[[], Channel]) -> Fact:
    """Whether calls to the service pass."""
    return Fact(
        name=f"{service}_reachable",
        help=f"Whether {service} answered lately: the breaker before it is closed.",
        read=lambda: channel().breaker.state == "closed",
        at_least=1,
        advice=f"Run `manage.py {service} doctor`.",
    )


def oldest_expired_seconds() -> float:
    """For how long the oldest session, token or cart of nobody is over and still here; 0 where none is."""
    return float(fetch(OLDEST_EXPIRED, [CARTS_KEPT])[0][0])


FACTS = (
    reachable("orders", orders_channel),
    reachable("payments", payments_channel),
    Fact(
        name="oldest_expired_seconds",
        help="For how long the oldest session, token or forgotten cart is over and still kept.",
        unit="seconds",
        read=oldest_expired_seconds,
        at_most=CLEARED_WITHIN_SECONDS,
        advice="Start `manage.py gateway run_chores`: its log names a chore that fails.",
    ),
)
