"""A whole shop of the storm's own: started by the supervisor that `make run` uses, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from services.embedded.children import start_child
from services.embedded.ports import free_port
from tests.backing_services import stop, wait_until

PORTS = ("GATEWAY_PORT", "UI_PORT", "ORDERS_PORT", "PAYMENTS_PORT", "EMBEDDED_POSTGRES_PORT", "EMBEDDED_KAFKA_PORT")
ROOT = Path(__file__).resolve().parents[2]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Shop:
    """Starts, tells who runs, kills, and reads the databases from outside."""

    def __init__(self, folder, settings=None):
        self.folder = Path(folder)
        self.folder.chmod(0o755)
        self.log = self.folder / "log"
        self.state = self.folder / "shop"
        ports = {name: str(free_port()) for name in PORTS}
        self.url = f"http://127.0.0.1:{ports['GATEWAY_PORT']}"
        shown = {name: value for name, value in os.environ.items() if name not in ("FAULT", "DJANGO_SETTINGS_MODULE")}
        self.environment = {**shown, **ports, "SHOP_FOLDER": str(self.state), **(settings or {})}
        self._supervisor = None

    def start(self, seconds=120):
        command = [sys.executable, "-m", "services.embedded"]
        with self.log.open("wb") as log:
            self._supervisor = start_child(command, environment=self.environment, cwd=ROOT, stdout=log, stderr=log)
        wait_until(self._is_ready, seconds=seconds, what=f"the shop (see {self.log})", every=0.2)
        lines = (line.partition("=") for line in (self.state / "environment").read_text().splitlines())
        self.values = {name: value.strip("'") for name, _, value in lines}

    def _is_ready(self):
        if self._supervisor.poll() is not None:
            raise RuntimeError(f"the shop ended at its start: {self.log.read_text()[-2000:]}")
        return "shop is ready" in self.log.read_text()

    def stop(self):
        if self._supervisor:
            stop(self._supervisor, signal.SIGINT)

    def processes(self):
        """Who runs now: process ids by name."""
        return json.loads((self.state / "processes.json").read_text())

    def signal(self, name, number=signal.SIGKILL):
        """Send it the signal; returns whether it ran."""
        pid = self.processes().get(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def manage(self, *words, **options):
        """A command of this shop beside its processes, as an operator would type it."""
        environment = {**self.environment, **self.values}
        return start_child(
            [sys.executable, "manage.py", *words], environment=environment, cwd=ROOT, **{**QUIET, **options}
        )

    @contextmanager
    def database(self, service):
        """One snapshot of the service's database."""
        with psycopg.connect(self.values[f"{service.upper()}_DATABASE_URL"]) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection

    def select(self, service, statement, parameters=()):
        with self.database(service) as connection:
            return connection.execute(statement, parameters).fetchall()
