"""The consumer: takes records from Kafka into the inbox, and commits their offsets after the database."""

import random
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from ..faults import fault_point
from ..processes.backoff import reconnect_seconds
from ..record import Record
from ..sql import connection_is_lost, is_transient
from .inbox import Inbox
from .locks import PartitionLocks

logger = structlog.get_logger(__name__)

T = TypeVar("T")

POLL_SECONDS = 0.2
LOCK_LOOK_SECONDS = 0.3
TRANSIENT_TRIES = 5
# Longer than a database takes to recover, far shorter than max.poll.interval.ms.
DATABASE_PATIENCE_SECONDS = 60.0
# After a broker lost its data, a member can sit without partitions and without an error. Far longer than a join beside
# dead members takes (11 s on the embedded broker): who gives up before, begins that wait anew, for ever.
EMPTY_ASSIGNMENT_SECONDS = 25.0


class NoPartitions(Exception):
    """Kafka has given this member nothing, or a lock cannot be had back: a fresh start mends that."""


class Source(Protocol):
    """What the consumer needs of a `kafka.Subscription`."""

    def poll(self, seconds: float, limit: int) -> list[Record]: ...
    def commit(self, records: list[Record]) -> None: ...
    def pause(self, partitions: set[int]) -> None: ...
    def resume(self, partitions: set[int]) -> None: ...
    def answers(self) -> bool: ...
    def close(self) -> None: ...


class Consumer:
    """One member of the group.

    Guarantees: an offset is committed only after the transaction that stored its record; a crash anywhere means that
    records come again, and the inbox drops what it has. Kafka is never trusted to deliver once, or at all.
    """

    def __init__(self, topic: str, inbox: Inbox, subscribe: Callable[..., Source], *, batch_size: int = 500) -> None:
        self._inbox = inbox
        self._batch_size = batch_size
        self._locks = PartitionLocks(topic)
        self._next_lock_look = 0.0
        self._lost = False
        self._empty_since = time.monotonic()
        self._source = subscribe(topic, on_assign=self._assigned, on_revoke=self._revoked)

    def step(self) -> int:
        """Take what has come, or wait for it a little; handle what is pending. Returns how many records came."""
        polled = self._source.poll(POLL_SECONDS, self._batch_size)
        # A rebalance amid the poll may have taken some away: they are its successor's, who reads them again.
        records = [record for record in polled if record.partition in self._locks.wanted]
        if records:
            fault_point("consumer.before_store")
            self._with_database(lambda: self._inbox.receive(records))
            fault_point("consumer.before_offsets")
            self._source.commit(records)
            fault_point("consumer.after_offsets")
        self._with_database(lambda: self._inbox.pending.work(self._locks.held))
        if self._locks.missing and time.monotonic() >= self._next_lock_look:
            self._with_database(self._take_locks)
        self._watch_assignment()
        return len(records)

    def close(self) -> None:
        """Leave the group; what was polled and not stored comes again to the next member."""
        self._source.close()
        connection.close()

    def broker_answers(self) -> bool:
        """Whether Kafka does; for the probe."""
        return self._source.answers()

    def _assigned(self, partitions: set[int]) -> None:
        self._locks.wanted |= partitions
        self._with_database(self._locks.acquire)
        if self._locks.missing:
            self._source.pause(self._locks.missing)
        logger.info("partitions assigned", action="assign", partitions=sorted(self._locks.wanted))

    def _revoked(self, partitions: set[int]) -> None:
        try:
            self._locks.release(partitions)
        except (OperationalError, InterfaceError):
            self._lose_connection()  # and with it every lock
        self._empty_since = time.monotonic()

    def _take_locks(self) -> None:
        self._next_lock_look = time.monotonic() + LOCK_LOOK_SECONDS
        if got := self._locks.acquire():
            self._source.resume(got)

    def _watch_assignment(self) -> None:
        if self._locks.wanted:
            self._empty_since = time.monotonic()
        elif time.monotonic() - self._empty_since > EMPTY_ASSIGNMENT_SECONDS:
            self._empty_since = time.monotonic()
            if self._source.answers():
                raise NoPartitions

    def _with_database(self, work: Callable[[], T]) -> T:
        """Do the work; again after a deadlock or a lost connection. Raises after a minute without a database."""
        deadline = time.monotonic() + DATABASE_PATIENCE_SECONDS
        tries = 0
        while True:
            try:
                self._regain_locks(deadline)
                return work()
            except (DatabaseError, InterfaceError) as error:
                tries += 1
                if is_transient(error) and tries < TRANSIENT_TRIES:
                    time.sleep(random.uniform(0, 0.05))  # noqa: S311 - only spreads two that collided
                    continue
                if not connection_is_lost() or time.monotonic() > deadline:
                    raise
                logger.warning("the database is lost", action="reconnect", error=str(error).strip())
                self._lose_connection()
                time.sleep(reconnect_seconds(tries))

    def _regain_locks(self, deadline: float) -> None:
        """After a lost connection: its session may live on in the server for a moment, with our locks."""
        while self._lost:
            self._locks.acquire()
            if not self._locks.missing:
                self._lost = False
            elif time.monotonic() > deadline:
                raise NoPartitions
            else:
                time.sleep(LOCK_LOOK_SECONDS)

    def _lose_connection(self) -> None:
        connection.close()
        self._locks.forget()
        self._lost = True
