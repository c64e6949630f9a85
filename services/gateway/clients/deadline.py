"""Deadlines that hold even where an upstream sends one byte at a time."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

_answer_due: ContextVar[float] = ContextVar("answer_due")


class Deadline:
    """A point in time that several calls share."""

    def __init__(self, seconds: float) -> None:
        self._due = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; zero or less once it has passed."""
        return self._due - time.monotonic()


@contextmanager
def answer_within(seconds: float) -> Iterator[None]:
    """Inside, an upstream's whole answer must have come within this time, or reading it times out."""
    token = _answer_due.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _answer_due.reset(token)


class DeadlineAdapter(HTTPAdapter):
    """Keeps plain HTTP connections to `answer_within`; the usual time-out alone starts anew with every byte."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {**pools, "http": _Pool}


class _Socket(socket.socket):
    def recv_into(self, *args: Any, **options: Any) -> int:
        remaining = _answer_due.get() - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer took too long")
        self.settimeout(remaining)
        return super().recv_into(*args, **options)


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _Socket(fileno=super()._new_conn().detach())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection
