"""A supervisor over stand-in processes, watched through what it prints."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.common.env import ROOT
from services.embedded.children import start_child
from tests.support.backing_services import wait_until

SECONDS = 8


def alive(pid):
    """Whether the process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Watched:
    """A running supervisor and its output."""

    def __init__(self, folder, *processes):
        self.folder = folder
        self.log = folder / "output"
        with self.log.open("wb") as output:
            command = [sys.executable, "-m", "tests.embedded.stand_ins", str(folder), json.dumps(processes)]
            self.process = start_child(command, cwd=ROOT, stdout=output, stderr=output)

    def lines(self):
        return self.log.read_text().splitlines()

    def count(self, text):
        return sum(text in line for line in self.lines())

    def wait_for(self, text, times=1):
        def told():
            return self.count(text) >= times

        try:
            wait_until(told, seconds=SECONDS, what=f"{text!r} {times} times")
        except TimeoutError as late:
            raise AssertionError(f"{late}:\n{self.log.read_text()}") from None

    def make_ready(self, name):
        (self.folder / f"{name}.ready").touch()

    def pids(self, name=""):
        """The ids of all that began, in order."""
        return [int(line.split()[-1]) for line in self.lines() if line.startswith(name) and "begins" in line]

    def kill(self, name):
        os.kill(self.pids(name)[-1], signal.SIGKILL)

    def end(self, stop_signal=signal.SIGINT):
        """Send the signal and return the exit code."""
        self.process.send_signal(stop_signal)
        return self.process.wait(SECONDS)

    def leaves_nothing(self):
        wait_until(lambda: not any(map(alive, self.pids())), seconds=SECONDS, what="the end of all children")


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(*processes):
        started.append(Watched(tmp_path, *processes))
        return started[-1]

    yield start
    for watched in started:
        if watched.process.poll() is None:
            watched.process.kill()
            watched.process.wait()
        watched.leaves_nothing()


@pytest.fixture
def run_shop(tmp_path):
    """Run `python -m services.embedded` to its end, with the variables given."""

    def run(**variables):
        environment = {**os.environ, "SHOP_FOLDER": str(tmp_path / "shop"), **variables}
        command = [sys.executable, "-m", "services.embedded"]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
        )

    return run
