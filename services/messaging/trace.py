"""W3C trace context: one trace id from the shopper's request through both services and back."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")

_current: ContextVar[str] = ContextVar("traceparent", default="")


def begin_trace(traceparent: str | None = None) -> str:
    """Continue the given trace, or begin one where there is none or it is malformed; returns the trace id."""
    match = TRACEPARENT.fullmatch(traceparent or "")
    trace_id = match[1] if match else secrets.token_hex(16)
    _current.set(f"00-{trace_id}-{secrets.token_hex(8)}-01")
    return trace_id


@contextmanager
def trace(traceparent: str) -> Iterator[None]:
    """Within the block, what is handed on belongs to the given trace."""
    before = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(before)


def current_trace_id() -> str:
    """The trace id alone, 32 hexadecimal digits."""
    return current_traceparent()[3:35]


def current_traceparent() -> str:
    """The traceparent to hand on; begins a trace where none is."""
    if not _current.get():
        begin_trace()
    return _current.get()
