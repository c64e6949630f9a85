"""Fault points: the named windows between two steps, where tests kill the process with certainty, not by luck.

`FAULT=relay.before_mark:3` kills the process with SIGKILL when it comes to that point for the third time. Refused
outside the embedded mode. Unarmed, a point is one comparison.
"""

import os
import signal
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured

from services.common import env

# Every window of the flow, in its order; the same code runs on both sides.
POINTS = (
    "use_case.before_commit",
    "use_case.after_commit",
    "relay.before_send",
    "relay.after_send",
    "relay.before_mark",
    "relay.after_mark",
    "consumer.before_store",
    "inbox.before_handle",
    "settlement.half_written",
    "inbox.before_commit",
    "inbox.after_rollback",
    "consumer.before_offsets",
    "consumer.after_offsets",
    "retry.before_commit",
    "retry.after_commit",
    "failure.before_commit",
    "failure.after_commit",
    "watchdog.before_commit",
    "chore.after_commit",
)


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


def from_environment() -> Armed | None:
    """What the variable says; raises `ImproperlyConfigured` for a point that nobody has, and in production."""
    wanted = env.text("FAULT", "")
    if not wanted:
        return None
    if not env.flag("EMBEDDED"):
        raise ImproperlyConfigured("FAULT kills processes: it is for tests of the embedded shop alone")
    point, _, hits = wanted.partition(":")
    if point not in POINTS or not (hits or "1").isdigit():
        raise ImproperlyConfigured(f"FAULT must be <point>[:<n>], not {wanted!r}; points: {', '.join(POINTS)}")
    return Kill(point, int(hits or 1))


armed = from_environment()


def fault_point(point: str) -> None:
    """Mark a window; does nothing unless a test has armed it."""
    if armed is not None:
        armed.reach(point)
