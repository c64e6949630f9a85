"""Chores: what a service does by itself every so often, in one of its processes."""

import time
from collections.abc import Callable, Mapping

import psycopg
import structlog
from django.db import DatabaseError, close_old_connections

from ..faults import fault_point
from .leader import Connection, try_lead

logger = structlog.get_logger(__name__)

ROLE = "chores"
TICK_SECONDS = 0.1


class Chores:
    """Runs each chore every so many seconds while it leads. A chore that fails is logged, and runs again."""

    def __init__(self, direct: Connection, chores: Mapping[Callable[[], object], int]) -> None:
        self._direct = direct
        self._chores = chores
        self._due = dict.fromkeys(chores, 0.0)
        self._leads = False

    def step(self) -> None:
        """Run what is due, or wait a moment."""
        if not self._leads:
            self._leads = try_lead(self._direct, ROLE)
        if self._leads:
            self._direct.execute("SELECT 1")  # raises where the lock is lost with its connection
            for chore, seconds in self._chores.items():
                if time.monotonic() >= self._due[chore]:
                    self._due[chore] = time.monotonic() + seconds
                    run(chore)
        time.sleep(TICK_SECONDS)

    def close(self) -> None:
        """Let another lead."""
        try:
            self._direct.close()
        except psycopg.Error:
            logger.warning("the lock's connection was lost already", action="stop")


def run(chore: Callable[[], object]) -> None:
    close_old_connections()
    try:
        chore()
        fault_point("chore.after_commit")
    except DatabaseError:
        logger.warning("a chore failed", action="chore_failed", chore=chore.__name__, exc_info=True)
