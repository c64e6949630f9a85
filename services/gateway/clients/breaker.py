"""A circuit breaker that never holds a lock during a call.

pybreaker does: one hung call made every other thread wait for it, without a time-out.
"""

import threading
import time


class Breaker:
    """Refuses calls for a while after several silent ones in a row, then lets one through at a time to find out."""

    def __init__(self, *, failures: int = 5, cooldown_seconds: float = 2.0) -> None:
        self._limit = failures
        self._cooldown_seconds = cooldown_seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = 0.0

    @property
    def state(self) -> str:
        """`closed` (calls pass) or `open`."""
        return "closed" if self._failures < self._limit else "open"

    def allows(self) -> bool:
        """Whether a call may be made now; while open, one caller in each cooldown is let through as the trial."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if time.monotonic() < self._next_trial:
                return False
            self._cool_down()
            return True

    def succeeded(self) -> None:
        """The upstream answered, whatever it said: calls pass again."""
        self._failures = 0

    def failed(self) -> None:
        """The upstream did not answer."""
        with self._lock:
            self._failures += 1
            self._cool_down()

    def _cool_down(self) -> None:
        self._next_trial = time.monotonic() + self._cooldown_seconds
