"""The consumer: takes records from Kafka into the inbox, and commits their offsets after the database."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import structlog
from django.db import connection

from ..faults import fault_point
from ..processes.backoff import reconnect_seconds
from ..record import Place, Record
from ..sql import is_of_the_database
from .inbox import Inbox

logger = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
# After a broker lost its data, a member can sit without partitions and without an error. Far longer than a join beside
# dead members takes (11 s on the embedded broker): who gives up before, begins that wait anew, for ever.
EMPTY_ASSIGNMENT_SECONDS = 25.0


class Source(Protocol):
    """What the consumer needs of a `kafka.Subscription`."""

    def poll(self, seconds: float, limit: int) -> list[Record]: ...
    def commit(self, records: Sequence[Record]) -> None: ...
    def pause(self, places: set[Place]) -> None: ...
    def resume(self, places: set[Place]) -> None: ...
    def answers(self) -> bool: ...
    def close(self) -> None: ...


class Consumer:
    """One member of the group.

    Guarantees: an offset is committed only after the transaction that stored its record, and that transaction held the
    partition's lock; a crash anywhere means that records come again, and the inbox drops what it has. Kafka is never
    trusted to deliver once, or at all. While the database is away, records are held and the group is kept.
    """

    def __init__(
        self, topics: Sequence[str], inbox: Inbox, subscribe: Callable[..., Source], *, batch_size: int = 500
    ) -> None:
        self._inbox = inbox
        self._batch_size = batch_size
        self._assigned: set[Place] = set()
        self._held: list[Record] = []  # polled and not stored yet
        self._paused: set[Place] = set()
        self._hold_until = 0.0
        self._failures = 0
        self._empty_since = time.monotonic()
        self._join: Callable[[], Source] = partial(
            subscribe, topics, on_assign=self._on_assign, on_revoke=self._on_revoke
        )
        self._source = self._join()

    def step(self) -> int:
        """Take what has come, or wait for it a little; handle what is pending. Returns how many records came."""
        polled = self._source.poll(0 if self._inbox.pending.is_behind else POLL_SECONDS, self._batch_size)
        # A rebalance amid the poll may have taken some away: they are its successor's, who reads them again.
        records = [record for record in polled if record.place in self._assigned]
        if records:
            fault_point("consumer.before_store")
            self._held += records
        if time.monotonic() >= self._hold_until:
            self._with_database(self._work)
        self._pause_what_is_held()
        self._watch_assignment()
        return len(records)

    def close(self) -> None:
        """Leave the group; what was polled and not stored comes again to the next member."""
        self._source.close()
        connection.close()

    def broker_answers(self) -> bool:
        """Whether Kafka does; for the probe."""
        return self._source.answers()

    def database_answers(self) -> bool:
        """Whether the database did when it was last asked; for the probe."""
        return self._failures == 0

    def describe(self) -> dict[str, bool]:
        """For the probe."""
        return {"database": self.database_answers()}

    def _on_assign(self, places: set[Place]) -> None:
        self._assigned |= places
        logger.info("partitions assigned", action="assign", partitions=sorted(self._assigned))

    def _on_revoke(self, places: set[Place]) -> None:
        self._assigned -= places
        self._paused -= places
        self._held = [record for record in self._held if record.place in self._assigned]
        self._empty_since = time.monotonic()

    def _work(self) -> None:
        self._store()
        self._inbox.pending.work(self._assigned)

    def _store(self) -> None:
        """Store what is held; what is in partitions that another session works on is held on."""
        if not self._held:
            return
        taken = self._inbox.receive_free(self._held)
        stored = [record for record in self._held if record.place not in taken]
        self._held = [record for record in self._held if record.place in taken]
        if stored:
            fault_point("consumer.before_offsets")
            self._source.commit(stored)
            fault_point("consumer.after_offsets")

    def _pause_what_is_held(self) -> None:
        """Only where it is held over a step: a pause throws away what was fetched ahead."""
        held = {record.place for record in self._held}
        if held != self._paused:
            self._source.pause(held - self._paused)
            self._source.resume(self._paused - held)
            self._paused = held

    def _watch_assignment(self) -> None:
        if self._assigned:
            self._empty_since = time.monotonic()
        elif time.monotonic() - self._empty_since > EMPTY_ASSIGNMENT_SECONDS:
            self._empty_since = time.monotonic()
            if self._source.answers():
                self._join_anew()

    def _join_anew(self) -> None:
        """Kafka has given this member nothing: as another member it is given its share."""
        logger.warning("no partitions although the broker answers: joining anew", action="rejoin")
        self._source.close()
        self._source = self._join()

    def _with_database(self, work: Callable[[], None]) -> None:
        """Do the work; what the database says of itself (lost, full, busy) is waited for, and it is done again."""
        try:
            work()
        except Exception as error:
            if not is_of_the_database(error):
                raise
            self._failures += 1
            self._hold_until = time.monotonic() + reconnect_seconds(self._failures)
            logger.warning("the database is waited for", action="reconnect", error=str(error).strip())
            connection.close()
        else:
            self._failures = 0
