"""One leader among several processes, by a PostgreSQL session advisory lock on a connection of its own."""

import time
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import psycopg
import structlog
from django.db import connection

from .backoff import reconnect_seconds

logger = structlog.get_logger(__name__)

Connection = psycopg.Connection[tuple[Any, ...]]


class Role(StrEnum):
    """What one process of a service does, and the others stand by for."""

    RELAY = "relay"
    CHORES = "chores"
    CONSUMER = "consumer"  # of the embedded broker alone


# A session without a statement for so long is ended by the server: its host may have vanished, and something between
# may keep the connection open. A leader has something to say every second.
IDLE_SECONDS = 10
# What the server, too, finds out by itself: without these it keeps a dead session, and its locks, for two hours.
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "idle_session_timeout": f"{IDLE_SECONDS * 1000}",
}
CLIENT_KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
SPEAK_SECONDS = 1.0
STANDBY_SECONDS = 0.3
# After this time a standby says once that it is one.
TELL_SECONDS = 10.0


def open_connection(name: str) -> Connection:
    """A direct connection in autocommit, outside Django: it holds session locks, listens, and never a transaction.

    Needs a real session: not through a pooler in transaction mode.
    """
    parameters = connection.get_connection_params()
    wanted = {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}
    options = " ".join([wanted.pop("options", ""), *(f"-c {key}={value}" for key, value in SERVER_SETTINGS.items())])
    own = {**CLIENT_KEEPALIVES, "application_name": name, "options": options}
    return psycopg.connect(**{**wanted, **own}, autocommit=True)


def lock_number(name: str) -> int:
    """A 32-bit number for a name, signed as PostgreSQL's `integer` is."""
    return zlib.crc32(name.encode()) - 2**31


def try_lead(direct: Connection, role: str) -> bool:
    """Become the leader of the role if nobody is; held until the connection ends.

    A try, never a wait: a waiting statement holds a snapshot and stops vacuum.
    """
    row = direct.execute("SELECT pg_try_advisory_lock(%s, 0)", [lock_number(role)]).fetchone()
    return bool(row and row[0])


class Leadership:
    """The leader's connection and lock: lost together, and had again without a new process.

    What the leader does, it does on `direct` or after a statement on it: so it cannot lead on after it lost the lock.
    """

    def __init__(self, role: str, connect: Callable[[], Connection]) -> None:
        self._role = role
        self._connect = connect
        self._direct: Connection | None = None
        self._failures = 0
        self._stands_by_since: float | None = None
        self._spoke = 0.0
        self.leads = False

    @property
    def direct(self) -> Connection:
        """The connection; opened where there is none. Raises `psycopg.OperationalError`."""
        if self._direct is None:
            self._direct = self._connect()
        return self._direct

    def acquire(self) -> bool:
        """Whether this process leads, if need be from now on."""
        if not self.leads and try_lead(self.direct, self._role):
            self.leads, self._failures, self._stands_by_since = True, 0, None
            logger.info("this process leads", action="lead", role=self._role)
        elif not self.leads:
            self._stand_by()
        return self.leads

    def speak(self) -> None:
        """Say something once a second where there is nothing else to say: the server ends a session that is silent."""
        if time.monotonic() - self._spoke > SPEAK_SECONDS:
            self._spoke = time.monotonic()
            self.direct.execute("SELECT 1")

    def lose(self, error: psycopg.Error) -> None:
        """The connection failed, and the lock went with it; waits a moment before the next is opened."""
        self._failures += 1
        logger.warning("the leader's connection is lost", action="reconnect", role=self._role, error=str(error).strip())
        self.close()
        time.sleep(reconnect_seconds(self._failures))

    def close(self) -> None:
        """Let another lead."""
        if self._direct is not None:
            self._direct.close()
        self._direct, self.leads = None, False

    def describe(self) -> dict[str, bool]:
        """For the probe: whether it leads. A standby is as ready as a leader."""
        return {"leads": self.leads}

    def _stand_by(self) -> None:
        now = time.monotonic()
        if self._stands_by_since is None:
            self._stands_by_since = now
        if self._stands_by_since <= now - TELL_SECONDS:
            self._stands_by_since = float("inf")
            logger.warning("another process leads; this one stands by", action="stand_by", role=self._role)
        time.sleep(STANDBY_SECONDS)
