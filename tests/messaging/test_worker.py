"""A worker as a process of its own: what signals do to it, and what its probe answers over HTTP."""

import json
import signal
import subprocess
import sys
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from services.embedded.ports import free_port
from tests.projects import ROOT
from tests.support.backing_services import stop, wait_until

WORKER = """
import sys, time
from pathlib import Path
import django; django.setup()
from services.messaging.processes import worker

port, broker, folder = int(sys.argv[1]), sys.argv[2] == "True", Path(sys.argv[3])

def step():
    time.sleep(0.01)
    while (folder / "hang").exists():
        (folder / "ticks").open("a").write(".")
        time.sleep(0.01)

worker.STALLED_SECONDS = worker.READY_SECONDS = 0.5
worker.Worker("test", step, lambda: print("closed", flush=True), lambda: broker, port).run()
"""


class Running:
    def __init__(self, folder, broker):
        self.port, self.folder = free_port(), folder
        words = (str(self.port), str(broker), str(folder))
        self.process = subprocess.Popen([sys.executable, "-c", WORKER, *words], cwd=ROOT, stdout=subprocess.PIPE)
        self.wait_for("/livez", 200)

    def hang(self):
        (self.folder / "hang").touch()
        self.wait_for_tick()

    def wait_for_tick(self):
        """Python's own signal handlers run between two ticks."""
        wanted = self.ticks() + 2
        wait_until(lambda: self.ticks() >= wanted, seconds=20, what="a tick")

    def ticks(self):
        ticks = self.folder / "ticks"
        return ticks.stat().st_size if ticks.exists() else 0

    def ask(self, path):
        """The status and body of the answer, or None while nobody listens."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)
        except URLError:
            return None

    def wait_for(self, path, status):
        wait_until(lambda: (self.ask(path) or (0,))[0] == status, seconds=20, what=f"{path} answers {status}")
        return self.ask(path)

    def ends(self):
        """Its exit code, and whether it was closed."""
        return self.process.wait(20), b"closed" in self.process.stdout.read().split()


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*, broker=True):
        started.append(Running(tmp_path, broker))
        return started[-1]

    yield start
    for each in started:
        stop(each.process, signal.SIGKILL)
        each.process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_ends_in_order_at_the_first_signal(start, number):
    worker = start()
    worker.process.send_signal(number)
    assert worker.ends() == (0, True)


def test_second_signal_ends_a_step_that_hangs(start):
    worker = start()
    worker.hang()
    worker.process.send_signal(signal.SIGTERM)
    worker.wait_for_tick()
    assert worker.process.poll() is None
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ends() == (128 + signal.SIGTERM, True)


def test_worker_at_work_is_alive_and_ready(start):
    worker = start()
    assert worker.ask("/livez") == (200, {"worker": "test", "alive": True})
    assert worker.wait_for("/readyz", 200)[1] == {"worker": "test", "working": True, "broker": True}


def test_worker_without_a_broker_is_alive_and_not_ready(start):
    worker = start(broker=False)
    assert worker.wait_for("/livez", 200)[1] == {"worker": "test", "alive": True}
    assert worker.ask("/readyz")[0] == 503


def test_worker_whose_step_hangs_is_neither_alive_nor_ready(start):
    worker = start()
    worker.hang()
    assert worker.wait_for("/livez", 503)[1] == {"worker": "test", "alive": False}
    assert worker.ask("/readyz") == (503, {"worker": "test", "working": False, "broker": True})
