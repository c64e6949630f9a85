"""PostgreSQL and a broker for a test run, on free ports and in a temporary folder, gone at the end."""

import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from services.common.env import configured
from services.common.secrets import make_secrets
from services.embedded.broker import Broker
from services.embedded.children import start_child
from services.embedded.databases import create_databases
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres
from services.registry import SERVICES

STARTED = "SHOP_TESTS_STARTED"  # which servers are ours, and not the user's own
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


def wait_until(condition: Callable[[], object], *, seconds: float, what: str, every: float = 0.02) -> None:
    """Return as soon as the condition holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(every)


def stop(process: "subprocess.Popen[bytes]", stop_signal: signal.Signals) -> None:
    """Ask the process to end, and end it after 10 s."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_in_order_on_sigterm() -> None:
    """Let SIGTERM interrupt the program as Ctrl-C does, so that what it started ends with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def start_backing_services(stack: ExitStack) -> None:
    """Start what the environment does not name already, and name it there for the children."""
    end_in_order_on_sigterm()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-tests-")))
    folder.chmod(0o755)
    make_secrets(folder / "secrets")
    wanted = configured()
    os.environ |= {**wanted, "EMBEDDED": "1", "ALLOW_UNSAFE_DATABASE": "1", "SECRETS_DIR": str(folder / "secrets")}
    os.environ[STARTED] = ""
    if "ORDERS_DATABASE_URL" not in wanted:
        start_databases(folder, stack)
        os.environ[STARTED] += "postgres "
    if "KAFKA_BOOTSTRAP_SERVERS" not in wanted:
        os.environ[STARTED] += "broker"
        broker = Broker(free_port())
        process = start_child(broker.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(stop, process, signal.SIGTERM)
        wait_until(broker.ready, seconds=10, what="broker")
        os.environ |= {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers(), "KAFKA_PROFILE": "embedded"}


def start_databases(folder: Path, stack: ExitStack) -> None:
    postgres = Postgres(folder / "postgres", free_port(), secrets.token_hex(16), options=FAST, test_databases=True)
    start_postgres(postgres, folder / "postgres.log", stack)
    passwords = {name: secrets.token_hex(16) for name in SERVICES}
    create_databases(postgres.superuser_url(), passwords, test_databases=True)
    os.environ |= {service.database_url: postgres.url(name, passwords[name]) for name, service in SERVICES.items()}


def start_postgres(postgres: Postgres, log: Path, stack: ExitStack) -> None:
    """Return once the server takes connections; it ends with the stack."""
    postgres.prepare()
    with log.open("wb") as file:
        process = start_child(postgres.command(), stop_signal=signal.SIGINT, stdout=file, stderr=file, cwd="/")
    stack.callback(stop, process, signal.SIGINT)
    wait_until(postgres.ready, seconds=30, what="PostgreSQL")
