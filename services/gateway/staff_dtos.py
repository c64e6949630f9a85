"""What orders and payments tell staff, as the gateway sees it."""

from dataclasses import dataclass
from typing import Self

from services.gateway.dtos import Json


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
