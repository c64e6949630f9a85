"""A process of the shop: what it is, and one that runs."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from services.embedded.children import start_child
from services.embedded.output import Lines

LONGEST_BACKOFF = 5.0
FORGOTTEN_AFTER = 10.0


def never() -> bool:
    return False


@dataclass(frozen=True)
class Launch:
    """One start: the command, and the question whether it is ready."""

    command: Sequence[str]
    ready: Callable[[], bool] = never


@dataclass(frozen=True)
class Process:
    """How to start it and after what.

    It starts only while those it `needs` are up. When one that it `follows` goes down it ends, to start after it.
    A `once` process is a step: it is up when it has ended with 0.
    """

    name: str
    launch: Callable[[], Launch]
    needs: Sequence[str] = ()
    follows: Sequence[str] = ()
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: str | None = None


class Child:
    """A process in the supervisor's hands."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.name = process.name
        self.popen: subprocess.Popen[bytes] | None = None
        self.ready: Callable[[], bool] = never
        self.up = False
        self.times_up = 0
        self.failures = 0
        self.started_at = 0.0
        self.not_before = 0.0
        self.asked_at: float | None = None
        self.seen: dict[str, int] = {}
        self.lines = Lines()

    @property
    def running(self) -> bool:
        return self.popen is not None

    @property
    def pipe(self) -> IO[bytes]:
        """What it writes into; only a running one has it."""
        if self.popen is None or self.popen.stdout is None:
            raise ValueError(f"{self.name} does not run")
        return self.popen.stdout

    def start(self, seen: dict[str, int]) -> None:
        """Start it; `seen` is how often each that it follows had come up by now."""
        launch = self.process.launch()
        self.popen = start_child(
            launch.command,
            stop_signal=self.process.stop_signal,
            environment=self.process.environment,
            cwd=self.process.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.set_blocking(self.pipe.fileno(), False)
        self.ready, self.seen = launch.ready, seen
        self.up, self.asked_at, self.started_at = False, None, time.monotonic()

    def read(self) -> list[str] | None:
        """The lines it has written since, `None` where it will write no more."""
        try:
            data = os.read(self.pipe.fileno(), 65_536)
        except BlockingIOError:
            return []
        return self.lines.feed(data) if data else None

    def came_up(self) -> None:
        self.up = True
        self.times_up += 1

    def ask_to_end(self) -> None:
        """Send its stop signal, once."""
        if self.popen is not None and self.asked_at is None:
            self.asked_at = time.monotonic()
            self.popen.send_signal(self.process.stop_signal)

    def kill(self) -> None:
        """End it and all that it started."""
        if self.popen is not None:
            try:
                os.killpg(self.popen.pid, signal.SIGKILL)
            except ProcessLookupError:  # the whole group is gone already
                return

    def has_ended(self) -> bool:
        return self.popen is not None and self.popen.poll() is not None

    def bury(self) -> int:
        """Forget the ended process; returns its exit code, negative for a signal."""
        self.pipe.close()
        code = self.popen.returncode if self.popen else 0
        self.popen, self.up = None, False
        return code

    def back_off(self) -> float:
        """Put the next start off, the longer the more often it failed lately; returns the seconds."""
        now = time.monotonic()
        if now - self.started_at > FORGOTTEN_AFTER:
            self.failures = 0
        delay: float = min(0.25 * 2**self.failures, LONGEST_BACKOFF)
        self.failures += 1
        self.not_before = now + delay
        return delay
