"""The services behind the gateway, as one page or one API call uses them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from services.gateway.clients.orders import OrdersClient
from services.gateway.clients.payments import PaymentsClient


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Clients that speak for one caller, in one language, within one deadline (4.5 s for all calls together)."""

    orders: OrdersClient
    payments: PaymentsClient


def upstreams_for(request: HttpRequest) -> Upstreams:
    """The clients for the request's user and language."""
    raise NotImplementedError


def details() -> dict[str, Any]:
    """What `/readyz` tells of the upstreams."""
    return {}
