"""How long to wait before the next attempt: doubling, capped, with jitter. Pure functions."""

import random
from datetime import timedelta

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
MAX_FAILURES = 8


def handler_backoff(failures: int) -> timedelta:
    """After that many failures of a handler: 1 s, 2 s, 4 s …, at most 5 min, each up to a quarter longer.

    The jitter spreads messages that failed together (Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    """
    seconds = min(FIRST_SECONDS * 2 ** (failures - 1), LONGEST_SECONDS)
    return timedelta(seconds=seconds * random.uniform(1.0, 1.25))  # noqa: S311 - no secret depends on it


def reconnect_seconds(failures: int) -> float:
    """After that many failed connections in a row: 0.1 s, doubling, at most 2 s."""
    return float(min(0.1 * 2 ** min(failures, 10), 2.0))
