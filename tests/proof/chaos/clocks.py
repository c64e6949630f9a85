"""A process whose clock is an hour off, by libfaketime."""

from pathlib import Path

from services.embedded.ports import answers, free_port
from services.registry import SERVICES
from tests.support.backing_services import wait_until

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
OFFSETS = ("+1h", "-1h")
SECONDS_TO_START = 60.0
# All but the web servers: the tokens that services show each other are for minutes.
WORKERS = {
    f"{name}.{role}": (name, command) for name, service in SERVICES.items() for role, command in service.workers.items()
}


def start(shop, name, offset):
    """A second process of the name with its clock so far off; returns it and the port of its probe."""
    port, (service, command) = free_port(), WORKERS[name]
    # Durations stay true: a clock that is off is not one that runs faster.
    wrong = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return shop.start("manage.py", service, command, f"--probe-port={port}", **wrong), port


def wait_until_it_answers(process, port):
    wait_until(lambda: answers(port) or process.poll() is not None, seconds=SECONDS_TO_START, what="a probe", every=0.2)
