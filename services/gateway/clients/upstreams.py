"""The services behind the gateway, as one page or one API call uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from services.common.tokens import Caller
from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.clients.deadline import Deadline
from services.gateway.clients.http import Channel
from services.gateway.clients.operating import OperatingClient
from services.gateway.clients.orders import OrdersClient
from services.gateway.clients.payments import PaymentsClient
from services.gateway.models import User

DEADLINE_SECONDS = 4.5


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Clients that speak for one caller, in one language, within one deadline for all calls together."""

    orders: OrdersClient
    payments: PaymentsClient
    operating: Mapping[str, OperatingClient]  # for staff, by service


def upstreams_for(user: User | AnonymousUser | None, seconds: float | None = None) -> Upstreams:
    """The clients that speak for this user, or for nobody where nobody is signed in."""
    return upstreams_as(Caller(user.id, is_staff=user.is_staff) if isinstance(user, User) else Caller(), seconds)


def upstreams_as(caller: Caller, seconds: float | None = None) -> Upstreams:
    """The clients for this caller, in the language that is active; so many seconds run from this call."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    deadline = Deadline(seconds or DEADLINE_SECONDS)
    orders = CallerChannel(orders_channel(), settings.ORDERS_TOKEN_KEY, caller, language, deadline)
    payments = CallerChannel(payments_channel(), settings.PAYMENTS_TOKEN_KEY, caller, language, deadline)
    operating = {"orders": OperatingClient(orders), "payments": OperatingClient(payments)}
    return Upstreams(OrdersClient(orders), PaymentsClient(payments), operating)


def orders_channel() -> Channel:
    return channel("orders", settings.ORDERS_URL)


def payments_channel() -> Channel:
    return channel("payments", settings.PAYMENTS_URL)


@cache
def channel(service: str, url: str) -> Channel:
    """The process's one channel to the service at this address."""
    return Channel(service, url, calls_at_once=settings.UPSTREAM_CALLS_AT_ONCE)
