"""The client of the orders service."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.dtos import Audit, Category, Money, Order, Page, Product, Step
from services.gateway.staff_dtos import FoundOrder, Hour, OrdersSide, Pulse

# So many slugs of the greatest length fit into one request line.
PART = 50


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order, and whether it is a replay of the first answer (same idempotency key, same body)."""

    order: Order
    replayed: bool


@dataclass(frozen=True, slots=True)
class OrdersClient:
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused`."""

    channel: CallerChannel

    def products(
        self,
        *,
        search: str = "",
        category: str = "",
        sort: str = "",  # "" newest first, "price", "-price", "name"
        slugs: Sequence[str] = (),
        cursor: str = "",
        page_size: int | None = None,
    ) -> Page[Product]:
        """A page of the catalogue; with `slugs`, of these products alone."""
        reply = self.channel.get(
            "products",
            search=search,
            category=category,
            sort=sort,
            slugs=",".join(slugs),
            cursor=cursor,
            page_size=page_size,
        )
        return reply.read(lambda body: Page.from_json(body, Product.from_json))

    def product(self, slug: str) -> Product:
        """One product; refused (404) where there is none."""
        return self.channel.get("products", slug).read(Product.from_json)

    def products_by_slug(self, slugs: Iterable[str]) -> dict[str, Product]:
        """These products, without those that are sold no longer, asked for in parts; none asks nothing."""
        wanted = list(dict.fromkeys(slugs))
        parts = [wanted[start : start + PART] for start in range(0, len(wanted), PART)]
        found = [product for part in parts for product in self.products(slugs=part, page_size=PART).results]
        return {product.slug: product for product in found}

    def categories(self) -> tuple[Category, ...]:
        """All shelves of the catalogue."""
        return self.channel.get("categories").read(lambda body: tuple(map(Category.from_json, body["results"])))

    def place_order(
        self, items: Mapping[str, int], *, idempotency_key: str = "", expected_total: Money | None = None
    ) -> PlacedOrder:
        """Order these quantities by slug; refused (409 `price-changed`) where another total was expected."""
        reply = self.channel.post("orders", json=order_body(items, expected_total), idempotency_key=idempotency_key)
        return PlacedOrder(reply.read(Order.from_json), reply.replayed)

    def orders(self, *, status: str = "", cursor: str = "", page_size: int | None = None) -> Page[Order]:
        """A page of the caller's orders, newest first."""
        reply = self.channel.get("orders", status=status, cursor=cursor, page_size=page_size)
        return reply.read(lambda body: Page.from_json(body, Order.from_json))

    def order(self, order_id: uuid.UUID, *, wait: float = 0.0) -> Order:
        """One order of the caller; refused (404) where it is nobody's or another's.

        The answer waits so many seconds at most for the order to be final.
        """
        return self.channel.get("orders", order_id, wait=wait).read(Order.from_json)

    def audits(self, *, cursor: str = "", page_size: int | None = None) -> Page[Audit]:
        """A page of all audits, newest first; refused (403) but to staff."""
        reply = self.channel.get("audits", cursor=cursor, page_size=page_size)
        return reply.read(lambda body: Page.from_json(body, Audit.from_json))

    def request_audit(self) -> Audit:
        """Have an audit made soon; refused (403) but to staff."""
        return self.channel.post("audits", repeatable=True).read(Audit.from_json)

    def pulse(self) -> Pulse:
        """How fast orders come and are settled; refused (403) but to staff."""
        return self.channel.get("ops", "pulse").read(Pulse.from_json)

    def hours(self) -> tuple[Hour, ...]:
        """The last 24 hours, oldest first; refused (403) but to staff."""
        return self.channel.get("ops", "hours").read(lambda body: tuple(map(Hour.from_json, body["results"])))

    def find_orders(self, text: str) -> tuple[FoundOrder, ...]:
        """Anybody's orders that the text may mean, newest first; refused (403) but to staff."""
        reply = self.channel.get("ops", "orders", find=text)
        return reply.read(lambda body: tuple(map(FoundOrder.from_json, body["results"])))

    def story(self, order_id: uuid.UUID) -> OrdersSide:
        """Every row that orders has of anybody's order; refused (403) but to staff."""
        return self.channel.get("ops", "orders", order_id).read(OrdersSide.from_json)

    def resend(self, order_id: uuid.UUID, *, note: str) -> int:
        """Send the order's task again; returns the number of this sending. Refused (404) where there is no order."""
        reply = self.channel.post("ops", "orders", order_id, "resend", json={"note": note})
        return reply.read(lambda body: int(body["attempt"]))

    def timeline(self, order_id: uuid.UUID) -> tuple[Step, ...]:
        """What orders knows of the order's way."""
        return self.channel.get("orders", order_id, "timeline").read(
            lambda body: tuple(map(Step.from_json, body["steps"]))
        )


def order_body(items: Mapping[str, int], expected_total: Money | None) -> dict[str, Any]:
    """What orders is asked for."""
    lines = [{"product": slug, "quantity": quantity} for slug, quantity in items.items()]
    return {"items": lines, **({"expected_total": asdict(expected_total)} if expected_total else {})}
