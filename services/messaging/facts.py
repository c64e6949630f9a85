"""Facts: what an app can tell of itself at any moment, named once for probes, metrics and operators.

An app names its facts in `AppConfig.facts`, the dotted path of a sequence of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.apps import apps
from django.utils.module_loading import import_string

logger = structlog.get_logger(__name__)


class Kind(StrEnum):
    """How a fact moves."""

    GAUGE = "gauge"  # up and down
    COUNTER = "counter"  # up alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number that the app can tell at any moment, and the bounds outside which something is wrong.

    `read` may raise; a yes or no is a bool, and has no unit.
    """

    name: str
    help: str
    unit: str = ""
    read: Callable[[], float]
    kind: Kind = Kind.GAUGE
    at_least: float = -math.inf
    at_most: float = math.inf
    advice: str = ""  # the first thing to do where it is out of bounds

    @property
    def is_bounded(self) -> bool:
        """Whether any value of it means trouble."""
        return self.at_least > -math.inf or self.at_most < math.inf

    def take(self) -> "Reading":
        """What it is now. Never raises: what cannot be read is logged, and has no value."""
        try:
            return Reading(self, self.read())
        except Exception:
            logger.warning("a fact cannot be read", action="fact_unreadable", fact=self.name, exc_info=True)
            return Reading(self, None)


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact at one moment; without a value where it could not be read."""

    fact: Fact
    value: float | None

    @property
    def is_degraded(self) -> bool:
        """Whether something is wrong: the value is out of bounds, or not known."""
        return self.value is None or not self.fact.at_least <= self.value <= self.fact.at_most


def facts() -> Sequence[Fact]:
    """Every fact of the installed apps."""
    paths = [path for app in apps.get_app_configs() if (path := getattr(app, "facts", ""))]
    return [fact for path in paths for fact in import_string(path)]
