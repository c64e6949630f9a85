"""So many tries in a time, then none for a while: counted in PostgreSQL, so by all processes and across restarts."""

import hashlib
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from services.common.sql import fetch

# Nothing is written, and so no row returned, while the limit is reached and the lock lasts.
TAKE = """
INSERT INTO common_throttle AS throttle (key, count, since, last_at)
VALUES (%b, %b, clock_timestamp(), clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN throttle.since < clock_timestamp() - %b::interval OR throttle.count >= %b
        THEN excluded.count ELSE throttle.count + excluded.count END,
    since = CASE WHEN throttle.since < clock_timestamp() - %b::interval OR throttle.count >= %b
        THEN clock_timestamp() ELSE throttle.since END,
    last_at = clock_timestamp()
WHERE throttle.count < %b OR throttle.last_at < clock_timestamp() - %b::interval
RETURNING count
"""
LEFT = """
SELECT extract(epoch FROM last_at + %b::interval - clock_timestamp())::float8 FROM common_throttle WHERE key = %b
"""
GIVE_BACK = "UPDATE common_throttle SET count = count - 1 WHERE key = %b AND count > 0"
FORGET = "DELETE FROM common_throttle WHERE key = %b"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `window`; the next is refused until `lock` after the last one."""

    tries: int
    window: timedelta
    lock: timedelta

    def take(self, *key: str, count: int = 1) -> int:
        """Count a try of this key, or some; returns 0, or the seconds to wait, at least 1, where it is refused."""
        tries, window = self.tries, self.window
        if fetch(TAKE, [digest(key), count, window, tries, window, tries, tries, self.lock]):
            return 0
        left = fetch(LEFT, [self.lock, digest(key)])
        return max(1, ceil(left[0][0])) if left else 1


MOST_HELD = 10_000


@dataclass(slots=True)
class Rations:
    """Takes tries from the shared count by the dozen and hands them out one by one: a write for each would cost more
    than what is counted. What a process holds is lost with its window.
    """

    size: int
    _held: dict[tuple[str, ...], tuple[int, float]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self, limit: Limit, *key: str) -> int:
        """Count one try, as `Limit.take` does."""
        if self._hand_out(key):
            return 0
        seconds = limit.take(*key, count=self.size)
        if not seconds:
            self._hold(key, self.size - 1, time.monotonic() + limit.window.total_seconds())
        return seconds

    def _hand_out(self, key: tuple[str, ...]) -> bool:
        with self._lock:
            left, until = self._held.get(key, (0, 0.0))
            if not left or time.monotonic() > until:
                return False
            self._held[key] = (left - 1, until)
            return True

    def _hold(self, key: tuple[str, ...], count: int, until: float) -> None:
        """Beside what another thread has taken meanwhile."""
        with self._lock:
            if len(self._held) >= MOST_HELD:
                self._held = {each: held for each, held in self._held.items() if held[1] > time.monotonic()}
            left, others_until = self._held.get(key, (0, 0.0))
            self._held[key] = (count + left if others_until > time.monotonic() else count, until)


def give_back(*key: str) -> None:
    """The last try does not count."""
    fetch(GIVE_BACK, [digest(key)])


def forget(*key: str) -> None:
    """No try of this key counts any longer."""
    fetch(FORGET, [digest(key)])


def digest(key: tuple[str, ...]) -> bytes:
    """Each part stands behind its length, so that no two keys are one."""
    text = "".join(f"{len(part)}:{part}" for part in key)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()
