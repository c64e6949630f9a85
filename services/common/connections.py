"""How this process speaks to its servers: said once, so that nobody believes in a TLS that is not there."""

import sys

import structlog
from django.conf import settings
from django.db import connection
from psycopg import pq

from services.messaging.conf import configuration

logger = structlog.get_logger(__name__)

WORKERS = ("relay_outbox", "consume_inbox", "run_chores")
# libpq's names; `allow` and `prefer` take what the server offers.
POSTGRES_TLS = {"disable": "plain text", "allow": "TLS if demanded", "prefer": "TLS if offered"}


def log_connections() -> None:
    """One line: plain or TLS, SASL or not, host and port; never a secret."""
    kafka = {"kafka": describe_kafka()} if configuration().topics else {}
    logger.info("speaks to", action="start", service=settings.SERVICE_NAME, postgres=describe_postgres(), **kafka)


def is_long_running() -> bool:
    """Whether this is a web server or a worker, and no command that somebody typed."""
    program, command = [*sys.argv, "", ""][:2]
    return not program.endswith("manage.py") or command in WORKERS


def describe_postgres() -> str:
    """As the connection's settings and libpq's own defaults (PGSSLMODE) have it."""
    parameters = connection.get_connection_params()
    mode = parameters.get("sslmode") or libpq_default(b"sslmode")
    tls = POSTGRES_TLS.get(mode, "TLS")
    return f"{parameters.get('host', 'socket')}:{parameters.get('port', 5432)}, {tls} (sslmode={mode})"


def libpq_default(keyword: bytes) -> str:
    """What libpq takes where nothing is said."""
    return next((each.val or b"").decode() for each in pq.Conninfo.get_defaults() if each.keyword == keyword)


def describe_kafka() -> str:
    """As librdkafka is configured."""
    security = configuration().kafka_security
    protocol = security.get("security.protocol", "plaintext").lower()
    tls = "TLS" if protocol.endswith("ssl") else "plain text"
    sasl = f"SASL {security.get('sasl.mechanism', 'GSSAPI')}" if protocol.startswith("sasl") else "no SASL"
    return f"{configuration().kafka_bootstrap_servers}, {tls}, {sasl}"
