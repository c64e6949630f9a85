"""The client of the orders service."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.gateway.dtos import Category, Money, Order, Page, Product, Step


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order, and whether it is the first answer told again (same idempotency key, same body)."""

    order: Order
    replayed: bool


class OrdersClient(Protocol):
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused`."""

    def products(
        self,
        *,
        search: str = "",
        category: str = "",
        sort: str = "",  # "" newest first, "price", "-price", "name"
        slugs: Sequence[str] = (),
        cursor: str = "",
        page_size: int | None = None,
    ) -> Page[Product]: ...

    def product(self, slug: str) -> Product: ...

    def categories(self) -> tuple[Category, ...]: ...

    def place_order(
        self, items: Mapping[str, int], *, idempotency_key: str = "", expected_total: Money | None = None
    ) -> PlacedOrder: ...

    def orders(self, *, status: str = "", cursor: str = "", page_size: int | None = None) -> Page[Order]: ...

    def order(self, order_id: uuid.UUID) -> Order: ...

    def timeline(self, order_id: uuid.UUID) -> tuple[Step, ...]: ...
