"""A consumer holds a partition's lock before it handles its messages: a zombie cannot work beside its successor."""

from django.db import connection

from ..processes.leader import lock_number


class PartitionLocks:
    """Session advisory locks on Django's own connection, on which the work is done: lost together with it."""

    def __init__(self, topic: str) -> None:
        self._number = lock_number(f"partition of {topic}")
        self.wanted: set[int] = set()
        self.held: set[int] = set()

    @property
    def missing(self) -> set[int]:
        """Partitions that are ours by Kafka's word while another session still holds their lock."""
        return self.wanted - self.held

    def acquire(self) -> set[int]:
        """Try for every missing lock; returns those that were got. Never waits."""
        got = set()
        with connection.cursor() as cursor:
            for partition in sorted(self.missing):
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [self._number, partition])
                if (row := cursor.fetchone()) and row[0]:
                    got.add(partition)
        self.held |= got
        return got

    def release(self, partitions: set[int]) -> None:
        """Give them up to whoever Kafka assigned them to."""
        self.wanted -= partitions
        with connection.cursor() as cursor:
            for partition in sorted(partitions & self.held):
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self._number, partition])
        self.held -= partitions

    def forget(self) -> None:
        """The connection is gone, and all locks with it."""
        self.held.clear()
