"""How it stands with the shop, as far as its services say."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.gateway.clients.errors import unless_silent
from services.gateway.clients.upstreams import Upstreams
from services.gateway.dtos import Audit
from services.gateway.staff_dtos import Pulse, Reading


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
