"""How it stands with the shop, as far as its services say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.upstreams import Upstreams
from services.gateway.dtos import Audit
from services.gateway.staff_dtos import Pulse, Reading

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """What each service tells; None where it is silent. There are no audits while none was asked for."""

    facts: Mapping[str, tuple[Reading, ...] | None]
    audits: tuple[Audit, ...] | None
    pulse: Pulse | None


def standing_of(upstreams: Upstreams) -> Standing:
    """Both services' facts, the last audits and the pulse; who is silent once is asked no more."""
    facts = {service: unless_silent(client.facts) for service, client in upstreams.operating.items()}
    if facts["orders"] is None:
        return Standing(facts, None, None)
    audits = unless_silent(lambda: upstreams.orders.audits(page_size=2).results)
    return Standing(facts, audits, unless_silent(upstreams.orders.pulse))


def unless_silent(ask: Callable[[], T]) -> T | None:
    """The answer, or None while the service is down."""
    try:
        return ask()
    except UpstreamUnavailable:
        return None
