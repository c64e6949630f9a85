"""The facts of the gateway: whether the services behind it answer, as far as this process has seen."""

from collections.abc import Callable

from services.gateway.clients.http import Channel
from services.gateway.clients.upstreams import orders_channel, payments_channel
from services.messaging.facts import Fact


def reachable(service: str, channel: Callable[[], Channel]) -> Fact:
    """Whether calls to the service pass."""
    return Fact(
        name=f"{service}_reachable",
        help=f"Whether {service} answered lately: the breaker before it is closed.",
        read=lambda: channel().breaker.state == "closed",
        at_least=1,
        advice=f"Run `manage.py {service} doctor`.",
    )


FACTS = (reachable("orders", orders_channel), reachable("payments", payments_channel))
