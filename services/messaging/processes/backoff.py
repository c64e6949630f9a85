"""Waiting for a server that is away: how long before the next attempt, and until it answers."""

import time
from collections.abc import Callable

import structlog

logger = structlog.get_logger(__name__)


def reconnect_seconds(failures: int) -> float:
    """After that many failed connections in a row: 0.1 s, doubling, at most 2 s."""
    return float(min(0.1 * 2 ** min(failures, 10), 2.0))


def patiently(ask: Callable[[], None], *, is_away: Callable[[Exception], bool]) -> None:
    """Return once it has been asked: again and again, at most 2 s apart, while the error says that nobody answers."""
    failures = 0
    while True:
        try:
            return ask()
        except Exception as error:
            if not is_away(error):
                raise
            failures += 1
            logger.warning("a server is waited for", action="wait", error=str(error).strip())
            time.sleep(reconnect_seconds(failures))
