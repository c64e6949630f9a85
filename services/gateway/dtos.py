"""What orders and payments answer, as the gateway sees it: frozen, typed, tolerant of fields it does not know.

And where a user is signed in.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")
Json = Mapping[str, Any]


def optional_moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units (kopecks) of an ISO 4217 currency."""

    amount: int
    currency: str

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(amount=data["amount"], currency=data["currency"])


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue; its name is in the caller's language."""

    slug: str
    name: str

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(slug=data["slug"], name=data["name"])


@dataclass(frozen=True, slots=True)
class Product:
    """A thing to buy; name and description are in the caller's language, `category` is a slug."""

    slug: str
    name: str
    description: str
    category: str
    price: Money

    @classmethod
    def from_json(cls, data: Json) -> Self:
        names = {name: data[name] for name in ("slug", "name", "description", "category")}
        return cls(**names, price=Money.from_json(data["price"]))


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order, with name and price as they were."""

    product: str
    name: str
    quantity: int
    price: Money
    total: Money

    @classmethod
    def from_json(cls, data: Json) -> Self:
        names = {name: data[name] for name in ("product", "name", "quantity")}
        return cls(**names, price=Money.from_json(data["price"]), total=Money.from_json(data["total"]))


@dataclass(frozen=True, slots=True)
class Order:
    """An order: `status` is NEW, PAID or REJECTED; `reason` is set on REJECTED alone.

    `delayed` says that it is still NEW long after it should not be: its task waits, was lost, or is a dead letter.
    """

    id: uuid.UUID
    status: str
    reason: str | None
    total: Money
    items: tuple[OrderItem, ...]
    created_at: datetime
    settled_at: datetime | None
    delayed: bool = False

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(
            id=uuid.UUID(data["id"]),
            status=data["status"],
            reason=data["reason"],
            total=Money.from_json(data["total"]),
            items=tuple(OrderItem.from_json(item) for item in data["items"]),
            created_at=datetime.fromisoformat(data["created_at"]),
            settled_at=optional_moment(data["settled_at"]),
            delayed=data.get("delayed", False),
        )

    @property
    def is_final(self) -> bool:
        return self.status != "NEW"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit found to differ, and what puts it right."""

    kind: str
    subject: str
    detail: str
    fix: str

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(data["kind"], data["subject"], data["detail"], data["fix"])


@dataclass(frozen=True, slots=True)
class Audit:
    """A comparison of both services' books: `state` is waiting, failed, clean or exceptions."""

    id: uuid.UUID
    requested_at: datetime
    finished_at: datetime | None
    state: str
    failure: str
    counts: Mapping[str, int]
    exceptions: int
    findings: tuple[Finding, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(
            id=uuid.UUID(data["id"]),
            requested_at=datetime.fromisoformat(data["requested_at"]),
            finished_at=optional_moment(data["finished_at"]),
            state=data["state"],
            failure=data["failure"],
            counts=dict(data["counts"]),
            exceptions=data["exceptions"],
            findings=tuple(map(Finding.from_json, data["findings"])),
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A shopper's account and its balance."""

    id: uuid.UUID
    balance: Money
    created_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(uuid.UUID(data["id"]), Money.from_json(data["balance"]), datetime.fromisoformat(data["created_at"]))


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came in, and the balance after it."""

    id: uuid.UUID
    amount: Money
    balance: Money

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(uuid.UUID(data["id"]), Money.from_json(data), Money.from_json(data["balance"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the account's ledger; `kind` is `deposit` or `payment`, and a payment's amount is negative."""

    id: uuid.UUID
    kind: str
    amount: Money
    balance_after: Money
    order_id: uuid.UUID | None
    created_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(
            id=uuid.UUID(data["id"]),
            kind=data["kind"],
            amount=Money.from_json(data),
            balance_after=Money(data["balance_after"], data["currency"]),
            order_id=uuid.UUID(data["order_id"]) if data["order_id"] else None,
            created_at=datetime.fromisoformat(data["created_at"]),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way through both services; `step` is a `StepName`, or one that a later version adds."""

    at: datetime
    service: str
    step: str
    detail: str

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(datetime.fromisoformat(data["at"]), data["service"], data["step"], data["detail"])


@dataclass(frozen=True, slots=True)
class Timeline:
    """An order's steps, in order; `complete` where none of the nine is missing, `silent` where a side is down."""

    complete: bool
    steps: tuple[Step, ...]
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; the cursors of its neighbours, or None."""

    results: tuple[T, ...]
    next_cursor: str | None
    previous_cursor: str | None

    @classmethod
    def from_json(cls, data: Json, item: Callable[[Json], T]) -> "Page[T]":
        results = tuple(item(each) for each in data["results"])
        return cls(results, cursor_of(data["next"]), cursor_of(data["previous"]))


def cursor_of(link: str | None) -> str | None:
    """The cursor inside an upstream's link; the link itself names a host the caller must not see."""
    return parse_qs(urlsplit(link).query)["cursor"][0] if link else None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session of a user: since when, by which browser, and whether it is the one that asks."""

    handle: str
    since: datetime | None
    agent: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a user, known by its beginning."""

    handle: str
    created: datetime
    expires: datetime
