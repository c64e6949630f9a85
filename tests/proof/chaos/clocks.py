"""A process whose clock is an hour off, by libfaketime: `python -m tests.proof.chaos.clocks orders run_chores`.

Only the chores of a service: under that library Kafka's client waits for ever, and the tokens that web servers show
each other are good for minutes.
"""

import select
import time
from pathlib import Path

from manage import main
from services.embedded.ports import answers, free_port
from services.registry import SERVICES
from tests.support.backing_services import wait_until

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
OFFSETS = ("+1h", "-1h")
SECONDS_TO_START = 60.0
NAMES = [f"{name}.chores" for name, service in SERVICES.items() if "chores" in service.workers]


def start(shop, name, offset):
    """A second process of the name with its clock so far off; returns it and the port of its probe."""
    port, service = free_port(), name.partition(".")[0]
    # Durations stay true: a clock that is off is not one that runs faster.
    wrong = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    command = ["-m", "tests.proof.chaos.clocks", service, "run_chores", f"--probe-port={port}"]
    return shop.start(*command, **wrong), port


def wait_until_it_answers(process, port):
    wait_until(lambda: answers(port) or process.poll() is not None, seconds=SECONDS_TO_START, what="a probe", every=0.2)


if __name__ == "__main__":
    # The library refuses the system call by which Python sleeps until a moment.
    time.sleep = lambda seconds: select.select([], [], [], seconds)
    main()
