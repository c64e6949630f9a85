"""DTOs to make view-models of."""

import uuid
from datetime import UTC, datetime, timedelta

from services.gateway.dtos import Account, Category, Entry, Money, Order, OrderItem, Page, Product, Step, Timeline
from services.gateway.prices import price_cart
from services.gateway.steps import StepName

AT = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
STEPS = tuple(StepName)
TEA = Category("tea", "Tea and warmth")


def rubles(kopecks):
    return Money(kopecks, "RUB")


def product(slug="mug", amount=89000, category="tea"):
    return Product(slug, slug.title(), f"A {slug}.", category, rubles(amount))


def priced(quantities, *products):
    return price_cart(quantities, {each.slug: each for each in products})


def page_of(*results, older=None, newer=None):
    return Page(results, older, newer)


def order(status="NEW", reason=None, *, delayed=False, quantity=2):
    items = (OrderItem("mug", "Mug", quantity, rubles(100), rubles(100 * quantity)),)
    settled = None if status == "NEW" else AT
    identity = uuid.UUID("01900000-0000-7000-8000-000000abcdef")
    return Order(identity, status, reason, rubles(100 * quantity), items, AT, settled, delayed)


def timeline(*names, complete=False, silent=False, step=timedelta(milliseconds=10)):
    steps = (Step(AT + step * STEPS.index(name), "orders", name, "") for name in names)
    return Timeline(complete, tuple(steps), silent)


def account(balance=100000):
    return Account(uuid.uuid4(), rubles(balance), AT)


def entry(amount, *, order_id=None):
    kind = "deposit" if amount > 0 else "payment"
    return Entry(uuid.uuid4(), kind, rubles(amount), rubles(5000), order_id, AT)
