"""`make servers`: PostgreSQL and the broker alone."""

import os
import re
import signal
import subprocess
import sys

import psycopg
import pytest
from confluent_kafka.admin import AdminClient

from services.common.env import ROOT, configured
from services.embedded.children import start_child
from services.embedded.ports import free_port
from tests.support.backing_services import stop, wait_until
from tests.support.named_servers import without_servers_of_the_tests

SERVERS = ("EMBEDDED_POSTGRES_PORT", "EMBEDDED_KAFKA_PORT")


@pytest.fixture
def environment(tmp_path):
    ports = {name: str(free_port()) for name in SERVERS}
    return without_servers_of_the_tests({**os.environ, **ports, "SHOP_FOLDER": str(tmp_path / "shop")})


@pytest.fixture
def servers(environment, tmp_path):
    if {"ORDERS_DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"} & configured().keys() - os.environ.keys():
        pytest.skip("real servers are named: there is none to start")
    log = tmp_path / "output"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "services.embedded", "servers"]
        process = start_child(command, environment=environment, cwd=ROOT, stdout=output, stderr=output)
    try:
        wait_until(lambda: "servers are ready" in log.read_text(), seconds=60, what="both servers")
        yield process, log
    finally:
        stop(process, signal.SIGINT)


def address(log, name):
    return re.search(rf"│ {name} +(\S+)", log.read_text())[1]


def test_both_are_where_the_box_says_and_nothing_else_runs(servers, environment):
    _, log = servers
    with psycopg.connect(address(log, "PostgreSQL")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    broker = address(log, "Kafka")
    assert broker.endswith(environment["EMBEDDED_KAFKA_PORT"])
    assert AdminClient({"bootstrap.servers": broker}).list_topics(timeout=10).brokers
    assert "gateway" not in log.read_text()


def test_both_end_with_it(servers, environment):
    process, log = servers
    url = address(log, "PostgreSQL")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


def test_there_is_nothing_to_start_where_the_environment_names_all_servers(environment):
    urls = {f"{name}_DATABASE_URL": "postgres://a:b@c/d" for name in ("GATEWAY", "ORDERS", "PAYMENTS")}
    named = {**environment, **urls, "KAFKA_BOOTSTRAP_SERVERS": "k:9092"}
    command = [sys.executable, "-m", "services.embedded", "servers"]
    done = subprocess.run(command, cwd=ROOT, env=named, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "the environment names servers of its own: there is none to start\n"
