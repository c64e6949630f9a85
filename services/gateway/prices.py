"""What a cart costs at today's prices: whole minor units, no rounding."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from services.gateway.dtos import Money, Product


@dataclass(frozen=True, slots=True)
class PricedLine:
    """So many of a product; without `product` and `total` where it is sold no longer."""

    slug: str
    quantity: int
    product: Product | None
    total: Money | None


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart's lines; `total` is what those that can be bought cost together."""

    lines: tuple[PricedLine, ...]
    total: Money

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def can_be_ordered(self) -> bool:
        """Whether there is something in it, and all of it can be bought."""
        return bool(self.lines) and all(line.product for line in self.lines)


def price_cart(quantities: Mapping[str, int], products: Mapping[str, Product]) -> PricedCart:
    """These quantities by slug, at the prices of these products by slug."""
    lines = tuple(price_line(slug, quantity, products.get(slug)) for slug, quantity in quantities.items())
    totals = [line.total for line in lines if line.total]
    currency = totals[0].currency if totals else settings.CURRENCY
    return PricedCart(lines, Money(sum(total.amount for total in totals), currency))


def price_line(slug: str, quantity: int, product: Product | None) -> PricedLine:
    total = Money(product.price.amount * quantity, product.price.currency) if product else None
    return PricedLine(slug, quantity, product, total)
