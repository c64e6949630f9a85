"""The life of a long-running command: step after step, a probe, and an orderly end on SIGTERM."""

import json
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

import structlog

from ..conf import configuration

logger = structlog.get_logger(__name__)

# A step waits for half a second, and a statement of its for 15 s, at most.
STALLED_SECONDS = 90.0
READY_SECONDS = 5.0


@dataclass
class Worker:
    """Calls `step` until a signal comes, then `close`. The second signal ends the process at once."""

    name: str
    step: Callable[[], object]
    close: Callable[[], object]
    broker_answers: Callable[[], bool] = lambda: True
    probe_port: int | None = None
    describe: Callable[[], dict[str, bool]] = dict  # what the probe tells besides, and does not judge
    _stopping: bool = field(default=False, init=False)
    _beat: float = field(default=0.0, init=False)

    def run(self) -> None:
        """Blocks until it is told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        if self.probe_port is not None:
            serve_probe(self, self.probe_port)
        self.work()

    def work(self) -> None:
        """The same for a thread, which no signal reaches: until `stop`."""
        logger.info("started", action="start", worker=self.name)
        try:
            while not self._stopping:
                self.step()
                self._beat = time.monotonic()
        finally:
            self.close()
        logger.info("stopped", action="stop", worker=self.name)

    def stop(self) -> None:
        """End after this step."""
        self._stopping = True

    def _stop(self, number: int, _: FrameType | None) -> None:
        if self._stopping:
            raise SystemExit(128 + number)
        self.stop()

    def alive(self) -> bool:
        """Whether it still makes steps."""
        return time.monotonic() - self._beat < STALLED_SECONDS

    def ready(self) -> dict[str, bool]:
        """What must hold for it to do its work."""
        return {"working": time.monotonic() - self._beat < READY_SECONDS, "broker": self.broker_answers()}


def serve_probe(worker: Worker, port: int) -> None:
    """`/livez` and `/readyz` on 127.0.0.1, or on every address where the setting says so."""

    class Probe(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            facts = worker.ready() if self.path == "/readyz" else {"alive": worker.alive()}
            body = json.dumps({"worker": worker.name, **facts, **worker.describe()}).encode()
            self.send_response(200 if all(facts.values()) else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((configuration().probe_host, port), Probe)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="probe", daemon=True).start()
