"""Chores: what a service does by itself every so often, in one of its processes."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import structlog
from django.db import DatabaseError, close_old_connections
from django.utils.module_loading import import_string

from ..conf import configuration
from ..faults import fault_point
from ..sql import is_of_the_database
from .backoff import patiently
from .durability import require_durable_database
from .leader import IDLE_SECONDS, Connection, Leadership, Role, open_connection
from .worker import Worker

logger = structlog.get_logger(__name__)

TICK_SECONDS = 0.1


class Chores:
    """Runs each chore every so many seconds while it leads. A chore that fails is logged, and runs again."""

    def __init__(self, connect: Callable[[], Connection], chores: Mapping[Callable[[], object], int]) -> None:
        self.leadership = Leadership(Role.CHORES, connect)
        self._chores = chores
        self._due = dict.fromkeys(chores, 0.0)

    def step(self) -> None:
        """Run what is due, or wait a moment."""
        try:
            if self.leadership.acquire():
                self._run_due()
        except psycopg.OperationalError as error:
            self.leadership.lose(error)
        time.sleep(TICK_SECONDS)

    def close(self) -> None:
        """Let another lead."""
        self.leadership.close()

    def _run_due(self) -> None:
        self.leadership.direct.execute("SELECT 1")  # raises where the lock is lost with its connection
        for chore, seconds in self._chores.items():
            if time.monotonic() >= self._due[chore]:
                self._due[chore] = time.monotonic() + seconds
                with kept_alive(self.leadership.direct):
                    run(chore)


def configured() -> dict[Callable[[], object], int]:
    """The chores that the settings name, each with its seconds."""
    return {import_string(path): seconds for path, seconds in configuration().chores.items()}


def chores_worker(chores: Mapping[Callable[[], object], int], probe_port: int | None = None) -> Worker:
    """Does them every so often, once the database answers."""
    patiently(require_durable_database, is_away=is_of_the_database)
    runner = Chores(lambda: open_connection("chores"), chores)
    worker = Worker("chores", runner.step, runner.close, probe_port=probe_port)
    worker.describe = runner.leadership.describe
    return worker


def run(chore: Callable[[], object]) -> None:
    """Run it once; what the database refuses is logged."""
    close_old_connections()
    try:
        chore()
        fault_point("chore.after_commit")
    except DatabaseError:
        logger.warning("a chore failed", action="chore_failed", chore=chore.__name__, exc_info=True)


@contextmanager
def kept_alive(direct: Connection) -> Iterator[None]:
    """Say something on the connection while a long chore works on another: the server ends a session that is silent."""
    done = threading.Event()

    def speak() -> None:
        while not done.wait(IDLE_SECONDS / 4):
            try:
                direct.execute("SELECT 1")
            except psycopg.Error:
                return  # the next step finds out

    speaker = threading.Thread(target=speak, name="keep-alive", daemon=True)
    speaker.start()
    try:
        yield
    finally:
        done.set()
        speaker.join()
