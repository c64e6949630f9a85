"""`services/messaging`, lifted out into another project as docs/messaging.md says, does its work there."""

import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

from services.common.env import ROOT, configured
from services.embedded.children import start_child
from tests.support.backing_services import stop, wait_until

PROJECT = Path(__file__).with_name("project")
SEND = "import django; django.setup(); from parcels.handlers import send_parcel; print(send_parcel('Elm Street').id)"


@pytest.fixture
def database_url():
    """An empty database of the test's own, owned by a service's role."""
    url, name = configured()["ORDERS_DATABASE_URL"], f"test_orders_lifted_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def lifted(tmp_path, database_url):
    """The project with its copy of messaging; returns how to start a command in it."""
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "services/messaging", tmp_path / "services/messaging")
    own = {"DJANGO_SETTINGS_MODULE": "settings", "DATABASE_URL": database_url, "PYTHONPATH": str(tmp_path)}
    own |= {"TOPIC": f"lifted-{uuid.uuid4().hex[:8]}", "SECRET_KEY": uuid.uuid4().hex}
    own |= {"PARCELS_SIGNING_KEY": uuid.uuid4().hex}
    environment = {**configured(), **own}  # a broker may be named in .env alone

    def start(*words, **options):
        return start_child([sys.executable, *words], cwd=tmp_path, environment=environment, **options)

    return start


def run(lifted, *words):
    process = lifted(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0, output
    return output


def test_messaging_works_in_a_project_of_ones_own(lifted, database_url):
    run(lifted, "-m", "django", "migrate", "--run-syncdb")
    run(lifted, "-m", "django", "create_topics")
    workers = [lifted("-m", "django", command) for command in ("relay_outbox", "consume_inbox", "run_chores")]
    try:
        parcel = run(lifted, "-c", SEND).strip()
        with psycopg.connect(database_url, autocommit=True) as connection:

            def arrived():
                return connection.execute("SELECT parcel_id::text, street FROM parcels_arrival").fetchall()

            wait_until(arrived, seconds=30, what="arrived")
            assert arrived() == [(parcel, "Elm Street")]
    finally:
        for worker in workers:
            stop(worker, signal.SIGTERM)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
