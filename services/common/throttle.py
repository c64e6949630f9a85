"""So many tries in a time, then none for a while: counted in PostgreSQL, so by all processes and across restarts."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from services.common.sql import fetch

# Nothing is written, and so no row returned, while the limit is reached and the lock lasts.
TAKE = """
INSERT INTO common_throttle AS throttle (key, count, since, last_at)
VALUES (%b, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN throttle.since < clock_timestamp() - %b::interval OR throttle.count >= %b
        THEN 1 ELSE throttle.count + 1 END,
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

    def take(self, *key: str) -> int:
        """Count one try of this key; returns 0, or the seconds to wait, at least 1, where it is refused."""
        tries, window = self.tries, self.window
        if fetch(TAKE, [digest(key), window, tries, window, tries, tries, self.lock]):
            return 0
        left = fetch(LEFT, [self.lock, digest(key)])
        return max(1, ceil(left[0][0])) if left else 1


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
