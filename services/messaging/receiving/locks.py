"""The lock of a partition lives in the transaction that does the work: a zombie cannot work beside its successor."""

from collections.abc import Collection, Iterable

from ..processes.leader import lock_number
from ..record import Place
from ..sql import fetch

# No lock holds a batch up for longer; what waits for it is then tried in smaller parts, and the rest goes on.
LOCK_SECONDS = 1
# A worker that vanished amid its work has its locks for no longer, whatever keeps its connection open.
IDLE_SECONDS = 10
# A try, never a wait: who is refused gives its work back and asks again.
TAKE = f"""
SELECT ARRAY(
    SELECT position FROM unnest(%b::int[], %b::int[]) WITH ORDINALITY AS wanted(topic, partition, position)
    WHERE NOT pg_try_advisory_xact_lock(topic, partition)
), set_config('lock_timeout', '{LOCK_SECONDS}s', true),
    set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', true)
"""


class PartitionsTaken(Exception):
    """Another session works on these partitions; nothing was done."""

    def __init__(self, places: Collection[Place]) -> None:
        self.places = frozenset(places)
        super().__init__(", ".join(f"{topic}/{partition}" for topic, partition in sorted(places)))


def lock_partitions(places: Iterable[Place]) -> None:
    """Take the locks until the caller's transaction ends; raises `PartitionsTaken` where another session has one.

    A lock of the transaction can neither be lost while it works nor outlive it, whatever becomes of the session.
    """
    wanted = sorted(set(places))
    numbers = [lock_number(f"partition of {topic}") for topic, _ in wanted]
    [(taken, *_)] = fetch(TAKE, [numbers, [partition for _, partition in wanted]])
    if taken:
        raise PartitionsTaken([wanted[position - 1] for position in taken])
