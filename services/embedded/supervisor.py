"""Starts processes in order, keeps them alive, stops them in reverse: one thread, no sleeping."""

import selectors
import signal
import time
from collections.abc import Callable, Mapping, Sequence

from services.embedded.output import Output
from services.embedded.process import Child, Process
from services.embedded.signals import Signals

TICK = 0.05
STOP_SECONDS = 4.0  # for each of the two layers, the services and the servers under them: 10 s hold all
START_SECONDS = 120.0
ATTEMPTS_AT_START = 5


class Supervisor:
    """Runs the processes until a signal stops them, and leaves none of them behind."""

    def __init__(
        self,
        processes: Sequence[Process],
        output: Output,
        *,
        on_ready: Callable[[], None],
        on_change: Callable[[Mapping[str, int]], None] = lambda running: None,
    ) -> None:
        self.children = {process.name: Child(process) for process in processes}
        self.output = output
        self.on_ready = on_ready
        self.on_change = on_change
        self.ready = False
        self.stopping = False
        self.exit_code = 0
        self.deadline = time.monotonic() + START_SECONDS
        self.selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Start all, keep all alive, and stop all on the first signal; returns the exit code."""
        signals = Signals()
        self.selector.register(signals, selectors.EVENT_READ)
        try:
            while not self.stopping or self._running():
                self._manage()
                self._listen(signals)
        finally:
            for child in self._running():
                child.kill()
            signals.close()
            self.selector.close()
        return self.exit_code

    def say(self, text: str) -> None:
        self.output.line("supervisor", text)

    def stop(self, reason: str, *, exit_code: int = 0) -> None:
        """Begin to stop; children end in the reverse of the order in which they need each other."""
        if not self.stopping:
            self.say(reason)
            self.stopping, self.exit_code = True, exit_code

    def _running(self) -> list[Child]:
        return [child for child in self.children.values() if child.running]

    def _listen(self, signals: Signals) -> None:
        settled = self.ready and not self.stopping and all(child.up for child in self.children.values())
        for key, _ in self.selector.select(None if settled else TICK):
            if isinstance(key.data, Child):
                self._pass_on(key.data)
            else:
                self._heed(signals.read())

    def _heed(self, numbers: list[int]) -> None:
        for _ in (number for number in numbers if number != signal.SIGCHLD):
            if self.stopping:
                self.say("killing what is left")
                for child in self._running():
                    child.kill()
            self.stop("stopping (once more kills)")

    def _pass_on(self, child: Child) -> bool:
        """Print what it has written; returns whether there was anything."""
        lines = child.read()
        for line in lines or []:
            self.output.line(child.name, line)
        if lines is None:
            self._unregister(child)
        return bool(lines)

    def _unregister(self, child: Child) -> None:
        if child.pipe in self.selector.get_map():
            self.selector.unregister(child.pipe)

    def _manage(self) -> None:
        """One look at everything: who ended, who is to start, to be asked, to be told to go."""
        for child in self._running():
            if child.has_ended():
                self._ended(child)
        if self.stopping:
            self._stop_in_order()
        else:
            self._start_in_order()
            self._check_start()
        for child in self._running():
            if child.asked_at is not None and time.monotonic() - child.asked_at > STOP_SECONDS:
                child.kill()

    def _ended(self, child: Child) -> None:
        child.kill()  # what it started goes with it: a killed server's child would hold the port
        while self._pass_on(child):
            pass
        for line in child.lines.end():
            self.output.line(child.name, line)
        self._unregister(child)
        code = child.bury()
        self._tell()
        if self.stopping or child.asked_at is not None:
            return
        if child.process.once and code == 0:
            self._came_up(child)
        else:
            self._failed(
                child, f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            )

    def _failed(self, child: Child, how: str) -> None:
        hopeless = child.process.once or child.failures + 1 >= ATTEMPTS_AT_START
        if hopeless and not self.ready and not child.times_up:
            self.stop(f"{child.name} {how}: the shop cannot start", exit_code=1)
        else:
            self.say(f"{child.name} {how}, starting it again in {child.back_off():.3g} s")

    def _start_in_order(self) -> None:
        for child in self.children.values():
            if child.running and not child.process.once and not child.up and child.ready():
                self._came_up(child)
            if (child.running or child.up) and self._is_outdated(child):
                self._renew(child)
            if not child.running and not child.up and self._may_start(child):
                self._start(child)

    def _came_up(self, child: Child) -> None:
        child.came_up()
        state = "done" if child.process.once else "ready"
        self.say(f"{child.name} is {state}{' again' if child.times_up > 1 else ''}")

    def _is_outdated(self, child: Child) -> bool:
        followed = (self.children[name] for name in child.process.follows)
        return child.asked_at is None and any(not one.up or one.times_up != child.seen[one.name] for one in followed)

    def _renew(self, child: Child) -> None:
        self.say(f"{child.name} is to start anew after {', '.join(child.process.follows)}")
        child.up = False
        child.ask_to_end()

    def _may_start(self, child: Child) -> bool:
        needed = {*child.process.needs, *child.process.follows}
        # A member of the old broker's group that met the new one and then ended would hold its successor up for 11 s.
        ending = any(one.running and one.asked_at and child.name in one.process.needs for one in self.children.values())
        return time.monotonic() >= child.not_before and not ending and all(self.children[name].up for name in needed)

    def _start(self, child: Child) -> None:
        child.start({name: self.children[name].times_up for name in child.process.follows})
        self.selector.register(child.pipe, selectors.EVENT_READ, child)
        self._tell()

    def _tell(self) -> None:
        self.on_change({child.name: child.popen.pid for child in self.children.values() if child.popen})

    def _check_start(self) -> None:
        waiting = [child.name for child in self.children.values() if not child.up]
        if self.ready or self.stopping:
            return
        if not waiting:
            self.ready = True
            self.on_ready()
        elif time.monotonic() > self.deadline:
            self.stop(f"not ready within {START_SECONDS:.0f} s: {', '.join(waiting)}", exit_code=1)

    def _stop_in_order(self) -> None:
        running = self._running()
        needed = {name for child in running for name in (*child.process.needs, *child.process.follows)}
        for child in running:
            if child.name not in needed:
                child.ask_to_end()
