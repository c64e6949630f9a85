"""A replay of dead letters as far as it has come, a value."""

from dataclasses import dataclass
from enum import StrEnum


class Stop(StrEnum):
    """Why a run is over."""

    DONE = "done"
    FIRST_FAILED = "first_failed"
    FAILURES_IN_A_ROW = "failures_in_a_row"
    DEAD_AGAIN = "dead_again"


@dataclass(frozen=True, slots=True)
class Run:
    """How far a replay of so many letters has come; its page carries it from step to step."""

    reason: str
    cause: str
    note: str
    wanted: int
    after: int = 0
    since: str = ""
    handed_back: int = 0  # closed: pending once more, or a duplicate
    failed: int = 0
    in_a_row: int = 0
    dead_again: int = 0
    left: int = 0
    stop: Stop | None = None

    @property
    def tried(self) -> int:
        return self.handed_back + self.failed
