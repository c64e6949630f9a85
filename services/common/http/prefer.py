"""`Prefer: wait=N` (RFC 7240, 4.3): an answer that waits until what it tells of is final."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

LONGEST_SECONDS = 5.0
# One read of one row by its primary key; a tenth of the time that an order takes.
PAUSE_SECONDS = 0.01
WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,3}(?:\.\d{1,3})?)\"?", re.IGNORECASE)

PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`wait=N`, 1 to 5: the answer comes as soon as the order is final, at the latest after N seconds, "
    "with what is so then. Under load it may come sooner, without `Preference-Applied`.",
)
APPLIED = OpenApiParameter(
    "Preference-Applied",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="`wait=N` where the answer has waited.",
)
PARAMETERS = [PREFER, APPLIED]


def seconds_to_wait(request: Request) -> float:
    """What the client prefers, at most 5 s; 0 where it says nothing or nothing that can be read."""
    words = (word.strip() for word in request.headers.get("Prefer", "").split(","))
    found = next((match for word in words if (match := WAIT.fullmatch(word))), None)
    return min(float(found[1]), LONGEST_SECONDS) if found else 0.0


def applied(seconds: float) -> dict[str, str]:
    """The header of an answer that has waited for so long at most."""
    return {"Preference-Applied": f"wait={seconds:g}"}


@cache
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings.WAITING_AT_ONCE)


@contextmanager
def place_to_wait(seconds: float) -> Iterator[bool]:
    """Whether this request may wait: half of the process's threads at most do, so that the rest serves."""
    taken = seconds > 0 and _places().acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _places().release()


def wait_until(is_over: Callable[[], bool], seconds: float) -> None:
    """Return when it is over, at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_over() and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
