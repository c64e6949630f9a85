"""What a process says at its start of how it speaks to its servers."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from services.common.connections import describe_kafka, describe_postgres
from services.common.env import ROOT
from services.registry import SERVICES
from tests.support.configure import configure

HAS_KAFKA = bool(SERVICES[settings.SERVICE_NAME].kafka_clients)
kafka = pytest.mark.skipif(not HAS_KAFKA, reason="speaks to no broker")
SERVICE = settings.SERVICE_NAME


def said_by(*command, **variables):
    """The lines about connections of a real process."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **variables}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return [line for line in done.stderr.splitlines() if "speaks to" in line]


WEB = ("-c", f"import {SERVICE}_proj.wsgi")


def test_web_server_says_once_how_it_speaks_to_its_servers():
    [line] = said_by(*WEB)
    address = "{HOST}:{PORT}".format(**connection.settings_dict)
    assert f"postgres='{address}, TLS if offered (sslmode=prefer)'" in line
    assert connection.settings_dict["PASSWORD"] not in line
    assert ("kafka=" in line) is HAS_KAFKA


@kafka
def test_worker_says_it_with_sasl_and_without_a_secret():
    security = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}
    login = {"KAFKA_SASL_USERNAME": SERVICE, "KAFKA_SASL_PASSWORD": "swordfish"}
    servers = {"KAFKA_BOOTSTRAP_SERVERS": "a.test:9093,b.test:9093"}
    [line] = said_by("manage.py", SERVICE, "consume_inbox", "--help", **security, **login, **servers)
    assert "kafka='a.test:9093,b.test:9093, TLS, SASL SCRAM-SHA-512'" in line
    assert "swordfish" not in line


def test_command_that_somebody_typed_says_nothing_of_it():
    assert said_by("manage.py", SERVICE, "check") == []


@kafka
@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        (None, "plain text, no SASL"),
        ("plaintext", "plain text, no SASL"),
        ("SSL", "TLS, no SASL"),
        ("SASL_PLAINTEXT", "plain text, SASL PLAIN"),
        ("sasl_ssl", "TLS, SASL PLAIN"),
    ],
)
def test_kafka_is_described_as_librdkafka_will_speak(settings, protocol, said):
    security = {"security.protocol": protocol, "sasl.mechanism": "PLAIN"} if protocol else {"sasl.mechanism": "PLAIN"}
    configure(settings, KAFKA_BOOTSTRAP_SERVERS="k:1", KAFKA_SECURITY=security)
    assert describe_kafka() == f"k:1, {said}"


@pytest.mark.parametrize(
    ("mode", "said"),
    [("disable", "plain text"), ("prefer", "TLS if offered"), ("require", "TLS"), ("verify-full", "TLS")],
)
@pytest.mark.parametrize("where", ["the URL", "the environment"])
def test_postgres_is_described_by_the_mode_of(monkeypatch, where, mode, said):
    if where == "the URL":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "sslmode", mode)
    else:
        monkeypatch.setenv("PGSSLMODE", mode)
    assert describe_postgres().endswith(f", {said} (sslmode={mode})")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3")),
        *(("tcp_user_timeout", "10000"), ("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "30s")),
    ],
)
def test_server_gives_up_a_session_whose_client_vanished(setting, value):
    """As the server says it; a Unix socket has no such settings, and the tests use none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        assert cursor.fetchone() == (value,)
