"""A consumer that leads: where the broker shares out no partitions, one reads all of them and the others stand by."""

from collections.abc import Callable

import psycopg

from ..processes.leader import Connection, Leadership, Role
from .consumer import Consumer


class LedConsumer:
    """Steps the consumer while this process leads; another takes over as soon as it is gone.

    That two never do the same work is still the partitions' locks' doing: a leader that lost its connection may not
    know it yet.
    """

    def __init__(self, connect: Callable[[], Connection], make: Callable[[], Consumer]) -> None:
        self.leadership = Leadership(Role.CONSUMER, connect)
        self._make = make
        self._consumer: Consumer | None = None

    def step(self) -> int:
        """Step the consumer, or look whether nobody leads."""
        try:
            if not self.leadership.acquire():
                return 0
            self.leadership.direct.execute("SELECT 1")  # raises where the lock is lost with its connection
        except psycopg.OperationalError as error:
            self._stop()
            self.leadership.lose(error)
            return 0
        if self._consumer is None:
            self._consumer = self._make()
        return self._consumer.step()

    def close(self) -> None:
        """Let another lead."""
        self._stop()
        self.leadership.close()

    def broker_answers(self) -> bool:
        """Whether Kafka does; a standby has not asked it."""
        return self._consumer is None or self._consumer.broker_answers()

    def describe(self) -> dict[str, bool]:
        """For the probe."""
        return {**self.leadership.describe(), "database": self._consumer is None or self._consumer.database_answers()}

    def _stop(self) -> None:
        if self._consumer:
            self._consumer.close()
        self._consumer = None
