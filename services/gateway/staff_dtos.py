"""What orders and payments tell staff, as the gateway sees it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

from services.gateway.dtos import Json, Money, Order, optional_moment

T = TypeVar("T")


def optional(parse: Callable[[Json], T], data: Json | None) -> T | None:
    return None if data is None else parse(data)


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact of a service as it is now, without a value where it could not be read; `unit` is empty for a yes or no."""

    name: str
    help: str
    unit: str
    value: float | None
    degraded: bool
    advice: str

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(data["name"], data["help"], data["unit"], data["value"], data["degraded"], data["advice"])


@dataclass(frozen=True, slots=True)
class Pulse:
    """How fast orders come and are settled: times in milliseconds over `timed` orders of the last hour."""

    orders_a_minute: float
    timed: int
    p50_ms: float | None
    p95_ms: float | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(data["orders_a_minute"], data["timed"], data["p50_ms"], data["p95_ms"])


@dataclass(frozen=True, slots=True)
class Hour:
    """The orders placed in the hour from `at`, and the times of the newest of them, in milliseconds."""

    at: datetime
    orders: int
    p50_ms: float | None
    p95_ms: float | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(datetime.fromisoformat(data["at"]), data["orders"], data["p50_ms"], data["p95_ms"])


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order, anybody's."""

    id: uuid.UUID
    user_id: uuid.UUID
    status: str
    total: Money
    created_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        ids = uuid.UUID(data["id"]), uuid.UUID(data["user_id"])
        return cls(*ids, data["status"], Money.from_json(data["total"]), datetime.fromisoformat(data["created_at"]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A confirmation by the broker that it has the message."""

    attempt: int
    partition: int
    offset: int
    confirmed_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        numbers = data["attempt"], data["partition"], data["offset"]
        return cls(*numbers, datetime.fromisoformat(data["confirmed_at"]))


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the outbox; `waiting` says whether it is to be sent (again)."""

    message_id: str
    type: str
    topic: str
    key: str
    headers: Mapping[str, str]
    payload: str
    enqueued_at: datetime
    waiting: bool
    deliveries: tuple[Delivery, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self:
        texts = {name: data[name] for name in ("message_id", "type", "topic", "key", "headers", "payload", "waiting")}
        deliveries = tuple(map(Delivery.from_json, data["deliveries"]))
        return cls(**texts, enqueued_at=datetime.fromisoformat(data["enqueued_at"]), deliveries=deliveries)


@dataclass(frozen=True, slots=True)
class Received:
    """A row of the inbox; `attempt` is the highest that the sender has stated."""

    message_id: str
    type: str
    topic: str
    partition: int
    offset: int
    headers: Mapping[str, str]
    payload: str
    attempt: int
    duplicates: int
    failures: int
    last_error: str
    produced_at: datetime | None
    received_at: datetime
    processed_at: datetime | None
    dead_at: datetime | None
    next_attempt_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        place = ("message_id", "type", "topic", "partition", "offset", "headers", "payload")
        counts = ("attempt", "duplicates", "failures")
        values: dict[str, Any] = {name: data[name] for name in (*place, *counts, "last_error")}
        values |= {name: optional_moment(data[name]) for name in ("produced_at", "processed_at", "dead_at")}
        values |= {name: datetime.fromisoformat(data[name]) for name in ("received_at", "next_attempt_at")}
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter; open until it is resolved."""

    id: int
    reason: str
    detail: str
    type: str
    subject: str | None
    topic: str
    partition: int | None
    offset: int | None
    created_at: datetime
    resolved_at: datetime | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        names = ("id", "reason", "detail", "type", "subject", "topic", "partition", "offset")
        values: dict[str, Any] = {name: data[name] for name in names}
        moments = datetime.fromisoformat(data["created_at"]), optional_moment(data["resolved_at"])
        return cls(**values, created_at=moments[0], resolved_at=moments[1])


@dataclass(frozen=True, slots=True)
class Trail:
    """What a service has of the messages about one order."""

    sent: Sent | None
    received: Received | None
    dead_letters: tuple[Letter, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self:
        letters = tuple(map(Letter.from_json, data["dead_letters"]))
        return cls(optional(Sent.from_json, data["sent"]), optional(Received.from_json, data["received"]), letters)


@dataclass(frozen=True, slots=True)
class StaffOrder:
    """An order as staff see it; `attempt` counts its task's sendings, at `resend_at` the watchdog looks after it."""

    order: Order
    user_id: uuid.UUID
    attempt: int
    resend_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        resend_at = datetime.fromisoformat(data["resend_at"])
        return cls(Order.from_json(data), uuid.UUID(data["user_id"]), data["attempt"], resend_at)


@dataclass(frozen=True, slots=True)
class OrdersSide:
    """An order as far as orders knows."""

    order: StaffOrder | None
    trail: Trail

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(optional(StaffOrder.from_json, data["order"]), Trail.from_json(data["trail"]))


@dataclass(frozen=True, slots=True)
class Settlement:
    """The one decision on an order."""

    total: Money
    status: str
    reason: str
    created_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        created_at = datetime.fromisoformat(data["created_at"])
        return cls(Money.from_json(data), data["status"], data["reason"], created_at)


@dataclass(frozen=True, slots=True)
class TransferEntry:
    """One side of a transfer; only a customer's has a balance."""

    transfer_id: str
    book: str
    amount: Money
    balance_after: Money | None
    created_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        balance, currency = data["balance_after"], data["currency"]
        after = None if balance is None else Money(balance, currency)
        created_at = datetime.fromisoformat(data["created_at"])
        return cls(data["transfer_id"], data["book"], Money.from_json(data), after, created_at)


@dataclass(frozen=True, slots=True)
class PaymentsSide:
    """An order as far as payments knows."""

    settlement: Settlement | None
    entries: tuple[TransferEntry, ...]
    trail: Trail

    @classmethod
    def from_json(cls, data: Json) -> Self:
        entries = tuple(map(TransferEntry.from_json, data["entries"]))
        return cls(optional(Settlement.from_json, data["settlement"]), entries, Trail.from_json(data["trail"]))


@dataclass(frozen=True, slots=True)
class Group:
    """Dead letters of one reason whose details differ in ids and numbers alone."""

    reason: str
    cause: str
    count: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def from_json(cls, data: Json) -> Self:
        moments = datetime.fromisoformat(data["first_at"]), datetime.fromisoformat(data["last_at"])
        return cls(data["reason"], data["cause"], data["count"], *moments)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with so many letters within a minute, and why; `by` is a user's id, or an operator's name."""

    by: str
    at: datetime
    outcome: str
    note: str
    count: int

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(data["by"], datetime.fromisoformat(data["at"]), data["outcome"], data["note"], data["count"])


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """A group opened: its newest letters, how many died again after a replay, and what was done about them."""

    count: int
    dead_again: int
    letters: tuple[Letter, ...]
    deeds: tuple[Deed, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self:
        letters, deeds = tuple(map(Letter.from_json, data["letters"])), tuple(map(Deed.from_json, data["deeds"]))
        return cls(data["count"], data["dead_again"], letters, deeds)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A step of a run: what became of each letter, in order (outcome, and whether it is closed); how the run stands."""

    since: str
    after: int
    left: int
    dead_again: int
    results: tuple[tuple[str, bool], ...]

    @classmethod
    def from_json(cls, data: Json) -> Self:
        results = tuple((each["outcome"], each["resolved"]) for each in data["results"])
        return cls(data["since"], data["after"], data["left"], data["dead_again"], results)


@dataclass(frozen=True, slots=True)
class Closed:
    """How many letters were closed or opened, and how many of the group are left."""

    count: int
    left: int

    @classmethod
    def from_json(cls, data: Json) -> Self:
        return cls(data["count"], data["left"])
