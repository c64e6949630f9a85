import signal
import subprocess
import uuid
from contextlib import ExitStack

import pytest

from services.common.env import configured
from services.embedded.broker import Broker
from services.embedded.children import start_child
from services.embedded.ports import free_port
from tests.support.backing_services import stop, wait_until
from tests.whole.wheel.installing import build_wheel, install
from tests.whole.wheel.projects import Project, database

MODEL = """
from django.db import models


class Invoice(models.Model):
    guest = models.TextField()
    nights = models.IntegerField()
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def programs(wheel, tmp_path_factory):
    """The `bin` of an environment that has the wheel."""
    return install(wheel, tmp_path_factory.mktemp("environment"))


class ForgetfulBroker:
    """One of the test's own, for its topic has the README's name; all it has is in its memory."""

    def __init__(self):
        self._broker = Broker(free_port())
        self.address = self._broker.bootstrap_servers()
        self._start()

    def _start(self):
        self._process = start_child(self._broker.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._broker.ready, seconds=10, what="broker")

    def forget(self):
        """Die, and come again with nothing."""
        self._process.kill()
        self._process.wait()
        self._start()

    def stop(self):
        stop(self._process, signal.SIGTERM)


@pytest.fixture
def forgetful_broker():
    broker = ForgetfulBroker()
    yield broker
    broker.stop()


@pytest.fixture
def broker(forgetful_broker):
    """Where it is."""
    return forgetful_broker.address


@pytest.fixture
def make_project(programs, tmp_path, broker):
    """Make one of the README's two projects, with a database of its own."""
    with ExitStack() as stack:

        def make(name):
            unique = f"test_orders_wheel_{name}_{uuid.uuid4().hex[:8]}"
            url, connection = stack.enter_context(database(configured()["ORDERS_DATABASE_URL"], unique))
            project = Project(name, tmp_path, programs, connection)
            project.set_surroundings(url, broker)
            return project

        yield make


@pytest.fixture
def bookings(make_project):
    return make_project("bookings")


@pytest.fixture
def invoices(make_project):
    project = make_project("invoices")
    project.append("invoices/models.py", MODEL)
    project.manage("makemigrations", "invoices")
    return project
