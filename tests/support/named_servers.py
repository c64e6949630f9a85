"""Which servers a whole shop uses: its own, or databases and topics of its own on servers that the user named."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import environ
import psycopg
from psycopg import sql

from services.registry import SERVICES
from tests.support.backing_services import STARTED

DATABASE_URLS = [service.database_url for service in SERVICES.values()]


def without_servers_of_the_tests(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which `make run` starts its own servers, unless the user named real ones."""
    started = os.environ.get(STARTED, "")
    dropped = {"DJANGO_SETTINGS_MODULE", "ALLOW_UNSAFE_DATABASE", "SECRETS_DIR"}
    if "postgres" in started:
        dropped.update(DATABASE_URLS)
    if "broker" in started:
        dropped |= {"KAFKA_BOOTSTRAP_SERVERS", "KAFKA_PROFILE"}
    return {name: value for name, value in environment.items() if name not in dropped}


@contextmanager
def databases_of_its_own(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Where the user named real servers: new databases and topics on them, so that the user's stay as they are."""
    named = [name for name in DATABASE_URLS if name in environment]
    mark = f"shop_test_{uuid.uuid4().hex[:8]}"
    own: dict[str, str] = {}
    if "KAFKA_BOOTSTRAP_SERVERS" in environment:
        own |= {"OUTBOX_TOPIC": f"{mark}_outbox", "INBOX_TOPIC": f"{mark}_inbox"}
    for name in named:
        url = environ.Env.db_url_config(environment[name])
        database = f"{mark}_{url['NAME']}"
        with psycopg.connect(environment[name], autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        own[name] = environment[name].rpartition("/")[0] + f"/{database}"
    try:
        yield own
    finally:
        for name in named:
            database = own[name].rpartition("/")[2]
            with psycopg.connect(environment[name], autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
