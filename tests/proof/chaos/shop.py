"""A running shop in the hands of the storm: who runs, killing them, and reading both databases from outside."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import psycopg

from services.common.env import ROOT
from services.embedded.children import start_child

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Shop:
    """A `WholeShop` with access to its processes and databases."""

    def __init__(self, whole):
        self.whole = whole
        self.url = whole.url
        self.values = whole.environment()
        self.topics = [self.values.get("OUTBOX_TOPIC", "outbox"), self.values.get("INBOX_TOPIC", "inbox")]

    def processes(self):
        """Who runs now: process ids by name."""
        return json.loads((self.whole.folder / "processes.json").read_text())

    def signal(self, name, number=signal.SIGKILL):
        """Send it the signal; returns whether it ran."""
        if (pid := self.processes().get(name)) is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def start(self, *words):
        """A command of this shop beside its processes, left running."""
        command = [sys.executable, "manage.py", *words]
        return start_child(command, environment={**os.environ, **self.values}, cwd=ROOT, **QUIET)

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
