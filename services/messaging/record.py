"""What Kafka holds and confirms, apart from any client of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

Place = tuple[str, int]  # topic, partition


@dataclass(frozen=True, slots=True)
class Record:
    """What Kafka holds at one offset."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @property
    def place(self) -> Place:
        """Where it lies, but for the offset."""
        return self.topic, self.partition


class Confirmation(NamedTuple):
    """The broker has the message that was published under `token`: its id in the outbox, and the attempt."""

    token: tuple[int, int]
    partition: int
    offset: int
