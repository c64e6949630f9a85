"""The catalogue and the page of one product."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.dtos import Category, Page, Product
from services.gateway.limits import MAX_QUANTITY
from services.gateway.viewmodels.formats import money
from services.gateway.viewmodels.parts import Choice, query_string

ABOVE_THE_FOLD = 4


@dataclass(frozen=True, slots=True)
class Browsing:
    """What the visitor asked the catalogue for."""

    search: str = ""
    category: str = ""
    sort: str = ""

    def query(self, *, search: str | None = None, category: str | None = None, sort: str | None = None) -> str:
        """The shareable query of the same wish with some of it changed."""
        return query_string(
            {
                "q": self.search if search is None else search,
                "category": self.category if category is None else category,
                "sort": self.sort if sort is None else sort,
            }
        )


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in the grid."""

    slug: str
    name: str
    category: str
    price: str
    lazy: bool

    @classmethod
    def of(cls, product: Product, names: dict[str, str], *, lazy: bool) -> Self:
        return cls(product.slug, product.name, names.get(product.category, ""), money(product.price), lazy)


@dataclass(frozen=True, slots=True)
class Results:
    """The fragment that filters, sorting and paging change."""

    categories: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    cards: tuple[ProductCard, ...]
    heading: str
    more_query: str
    empty: str

    @classmethod
    def of(cls, browsing: Browsing, categories: Sequence[Category], page: Page[Product], *, first: bool = True) -> Self:
        names = {each.slug: each.name for each in categories}
        cards = (
            ProductCard.of(product, names, lazy=not first or index >= ABOVE_THE_FOLD)
            for index, product in enumerate(page.results)
        )
        more = query_string({"cursor": page.next_cursor}) if page.next_cursor else ""
        return cls(
            categories=category_choices(browsing, categories),
            sorts=sort_choices(browsing),
            cards=tuple(cards),
            heading=heading_of(browsing, names),
            more_query="&".join(part for part in (browsing.query(), more) if part) if more else "",
            empty="" if page.results else empty_text(browsing),
        )


def category_choices(browsing: Browsing, categories: Sequence[Category]) -> tuple[Choice, ...]:
    everything = Choice(_("Everything"), browsing.query(category=""), not browsing.category)
    shelves = (
        Choice(each.name, browsing.query(category=each.slug), browsing.category == each.slug) for each in categories
    )
    return (everything, *shelves)


def sort_choices(browsing: Browsing) -> tuple[Choice, ...]:
    labels = {"": _("New first"), "price": _("Cheap first"), "-price": _("Dear first"), "name": _("By name")}
    return tuple(Choice(label, browsing.query(sort=sort), browsing.sort == sort) for sort, label in labels.items())


def heading_of(browsing: Browsing, names: dict[str, str]) -> str:
    if browsing.search:
        return _("Found for “%(search)s”") % {"search": browsing.search}
    return names.get(browsing.category, "") or _("The whole shop")


def empty_text(browsing: Browsing) -> str:
    if browsing.search:
        return _("Nothing here is called “%(search)s”. Try a shorter word.") % {"search": browsing.search}
    return _("This shelf is empty for now.")


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """The front page."""

    title: str
    description: str
    hero: bool
    results: Results

    @classmethod
    def of(cls, browsing: Browsing, categories: Sequence[Category], page: Page[Product], *, first: bool = True) -> Self:
        results = Results.of(browsing, categories, page, first=first)
        return cls(
            title=_("Things worth ordering once"),
            description=_(
                "Tea, paper, a quiet home, the road and a few impossible things. Money is taken exactly once."
            ),
            hero=first and browsing == Browsing(),
            results=results,
        )


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One product, with the form that puts it into the cart."""

    title: str
    description: str
    slug: str
    name: str
    category: str
    category_query: str
    price: str
    in_cart: str
    max_quantity: int

    @classmethod
    def of(cls, product: Product, categories: Sequence[Category], *, in_cart: int) -> Self:
        names = {each.slug: each.name for each in categories}
        return cls(
            title=product.name,
            description=product.description,
            slug=product.slug,
            name=product.name,
            category=names.get(product.category, ""),
            category_query=query_string({"category": product.category}),
            price=money(product.price),
            in_cart=_("%(number)d in your cart") % {"number": in_cart} if in_cart else "",
            max_quantity=MAX_QUANTITY,
        )
