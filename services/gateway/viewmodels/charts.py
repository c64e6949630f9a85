"""The last day as bars, which the template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.staff_dtos import Hour
from services.gateway.viewmodels.formats import duration

REFRESH = "60s"
WIDTH, HEIGHT, STRIDE, BAR = 240, 60, 10, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in the chart's own units, and what it says."""

    x: int
    y: int
    height: int
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """24 bars, the last of the hour that runs; `most` is what the highest stands for."""

    heading: str
    most: str
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT
    bar: int = BAR

    @classmethod
    def of(cls, heading: str, hours: Sequence[Hour], values: Sequence[float], texts: Sequence[str]) -> Self:
        top = max(values, default=0)
        place = values.index(top) if top else None
        most = (
            ""
            if place is None
            else _("Most: %(value)s at %(hour)s UTC")
            % {
                "value": texts[place],
                "hour": f"{hours[place].at:%H:%M}",
            }
        )
        return cls(heading, most, tuple(map(bar_of, range(len(hours)), hours, values, [top] * len(hours), texts)))


def bar_of(place: int, hour: Hour, value: float, top: float, text: str) -> Bar:
    """At least one unit high where there is anything at all."""
    height = max(1, round(HEIGHT * value / top)) if value else 0
    return Bar(place * STRIDE, HEIGHT - height, height, f"{hour.at:%H:%M}: {text}")


@dataclass(frozen=True, slots=True)
class Day:
    """How many orders came, and how long they took, hour by hour."""

    charts: tuple[Chart, ...]
    delay: str

    @classmethod
    def of(cls, hours: Sequence[Hour]) -> Self:
        times = [hour.p95_ms or 0 for hour in hours]
        return cls(
            charts=(
                Chart.of(
                    _("Orders by hour, of the last 24"),
                    hours,
                    [hour.orders for hour in hours],
                    [str(hour.orders) for hour in hours],
                ),
                Chart.of(
                    _("Order to settled by hour, 95 of 100 within"),
                    hours,
                    times,
                    [duration(timedelta(milliseconds=each)) for each in times],
                ),
            ),
            delay=REFRESH,
        )
