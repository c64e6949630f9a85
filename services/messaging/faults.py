"""Fault points: the named windows between two steps, where tests kill the process with certainty, not by luck.

An app names its points in its `AppConfig.fault_points`. `relay.before_mark:3` in `MESSAGING["FAULT"]` kills the process
with SIGKILL when it comes to that point for the third time. Unarmed, a point is one comparison.
"""

import os
import signal
from collections.abc import Sequence
from typing import Protocol

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured


class Armed(Protocol):
    """What happens at the points of this process."""

    def reach(self, point: str) -> None: ...


class Kill:
    """Ends the process, as `kill -9` does, when it comes to the point for the n-th time."""

    def __init__(self, point: str, hits: int = 1) -> None:
        self._point = point
        self._left = hits

    def reach(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


armed: Armed | None = None


def fault_point(point: str) -> None:
    """Mark a window; does nothing unless a test has armed it."""
    if armed is not None:
        armed.reach(point)


def fault_points() -> Sequence[str]:
    """Every window of the installed apps."""
    return [point for app in apps.get_app_configs() for point in getattr(app, "fault_points", ())]


def parse_fault(wanted: str) -> Armed | None:
    """What the setting asks for; raises `ImproperlyConfigured` for a point that no app has."""
    if not wanted:
        return None
    point, _, hits = wanted.partition(":")
    if point not in fault_points() or not (hits or "1").isdigit():
        raise ImproperlyConfigured(f"FAULT must be <point>[:<n>], not {wanted!r}; points: {', '.join(fault_points())}")
    return Kill(point, int(hits or 1))
