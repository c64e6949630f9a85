"""Two rivals at the same work in turns, so that what else the machine does meets both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median


@dataclass(frozen=True)
class Rival:
    """Who does `count` pieces of work; what `prepare` makes for it is not measured."""

    name: str
    prepare: Callable[[int], object]
    work: Callable[[object], object]


@dataclass
class Figure:
    """A ratio of two rates, with every round's own; above 1 the first one is faster."""

    name: str
    first: str
    second: str
    at_least: float | None = None
    ratios: list[float] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    def as_json(self):
        return {**asdict(self), "ratio": self.ratio}


def race(name, first, second, *, count, rounds, at_least=None, counts=None):
    """Rates of both in turns, after one round that is not counted; `counts` where one is too slow for as much work."""
    figure = Figure(name, first.name, second.name, at_least)
    counts = counts or {}
    for number in range(rounds + 1):
        # Who begins changes: neither always meets what the other has left behind.
        order: Sequence[Rival] = (first, second) if number % 2 else (second, first)
        rates = {rival.name: rate(rival, counts.get(rival.name, count)) for rival in order}
        if number:
            figure.ratios.append(rates[first.name] / rates[second.name])
            for rival, value in rates.items():
                figure.rates.setdefault(rival, []).append(value)
    return figure


def rate(rival, count):
    given = rival.prepare(count)
    began = time.perf_counter()
    rival.work(given)
    return count / (time.perf_counter() - began)
