"""The whole shop as `make run` starts it, on free ports and in its own folder, for tests from outside."""

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

import environ
import psycopg
import pytest
from psycopg import sql

from services.common.env import ROOT, configured
from services.embedded.children import start_child
from services.embedded.ports import free_port
from services.embedded.shop import PORTS
from services.registry import SERVICES
from tests.support.backing_services import STARTED, stop, wait_until

SECONDS_TO_START = 100


class WholeShop:
    """A running shop: its addresses, its environment for `manage.py`, and what it has printed."""

    def __init__(self, folder, ports, process):
        self.folder, self.ports, self.process = folder, ports, process
        self.url = f"http://localhost:{ports['GATEWAY_PORT']}"
        self.ui_url = f"http://localhost:{ports['UI_PORT']}"
        self.orders_url = f"http://localhost:{ports['ORDERS_PORT']}"
        self.payments_url = f"http://localhost:{ports['PAYMENTS_PORT']}"

    def output(self):
        return (self.folder / "output").read_text()

    def environment(self):
        """The variables by which another process finds this shop."""
        lines = (self.folder / "environment").read_text().splitlines()
        return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    def manage(self, *words):
        """Run `manage.py` as from another shell, which knows the shop's folder alone; returns the finished process."""
        found_there = self.environment()
        environment = {name: value for name, value in os.environ.items() if name not in found_there}
        environment["SHOP_FOLDER"] = str(self.folder)
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def wait_until_ready(self):
        def ready():
            assert self.process.poll() is None, f"the shop did not start:\n{self.output()[-5000:]}"
            return "shop is ready" in self.output()

        wait_until(ready, seconds=SECONDS_TO_START, what=f"the shop in {self.folder}")


def without_servers_of_the_tests(environment):
    """The environment in which `make run` starts its own servers, unless the user named real ones."""
    started = os.environ.get(STARTED, "")
    dropped = {"DJANGO_SETTINGS_MODULE", "ALLOW_UNSAFE_DATABASE", "SECRETS_DIR"}
    if "postgres" in started:
        dropped |= {service.database_url for service in SERVICES.values()}
    if "broker" in started:
        dropped |= {"KAFKA_BOOTSTRAP_SERVERS", "KAFKA_PROFILE"}
    return {name: value for name, value in environment.items() if name not in dropped}


@contextmanager
def databases_of_its_own(environment):
    """Where the user named real servers: new databases and topics on them, so that the user's stay as they are."""
    named = [name for name in (service.database_url for service in SERVICES.values()) if name in environment]
    mark, own = f"shop_test_{uuid.uuid4().hex[:8]}", {}
    if "KAFKA_BOOTSTRAP_SERVERS" in environment:
        own |= {"OUTBOX_TOPIC": f"{mark}_outbox", "INBOX_TOPIC": f"{mark}_inbox"}
    for name in named:
        url = environ.Env.db_url_config(environment[name])
        database = f"{mark}_{url['NAME']}"
        with psycopg.connect(environment[name], autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        own[name] = environment[name].rpartition("/")[0] + f"/{database}"
    yield own
    for name in named:
        database = own[name].rpartition("/")[2]
        with psycopg.connect(environment[name], autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


@contextmanager
def running_shop(**variables):
    """Start a shop, wait until it is ready, stop it at the end."""
    ports = {name: free_port() for name in PORTS}
    environment = without_servers_of_the_tests({**configured(), **{name: str(port) for name, port in ports.items()}})
    with tempfile.TemporaryDirectory(prefix="whole shop ") as name, databases_of_its_own(environment) as own:
        folder = Path(name)
        environment |= {**own, "SHOP_FOLDER": name, **variables}
        with (folder / "output").open("wb") as output:
            command = [sys.executable, "-m", "services.embedded"]
            process = start_child(command, environment=environment, cwd=ROOT, stdout=output, stderr=output)
        shop = WholeShop(folder, ports, process)
        try:
            shop.wait_until_ready()
            yield shop
        finally:
            stop(process, signal.SIGINT)


@pytest.fixture(scope="session")
def shop():
    """One shop for all tests of a run."""
    with running_shop() as started:
        yield started
