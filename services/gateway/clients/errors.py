"""How a call to an upstream can end other than well."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class UpstreamUnavailable(Exception):
    """The service is down, too slow, or answered with nonsense: the caller may try again later."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"{service} does not answer")


class UpstreamRefused(Exception):
    """The service answered with a problem (4xx): the caller gets it as it is."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        super().__init__(f"{status} {body.get('type')}")

    @property
    def slug(self) -> str:
        """The problem's type, without its prefix: `price-changed`."""
        return str(self.body.get("type", "")).rpartition("/")[2]

    @property
    def is_final(self) -> bool:
        """Whether it was not done and never will be; a twin at work (409) or a full house (429) may end otherwise."""
        return self.status not in (409, 429) or self.slug == "price-changed"


def unless_silent(ask: Callable[[], T]) -> T | None:
    """The answer, or None while the service is down."""
    try:
        return ask()
    except UpstreamUnavailable:
        return None
