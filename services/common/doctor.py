"""What `manage.py <service> doctor` looks at: each a line that says how it is, and what to do where it is wrong."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from services.common.connections import describe_kafka, describe_postgres
from services.messaging.conf import configuration
from services.messaging.facts import facts
from services.messaging.kafka.topics import TopicsNotReady, check_topics
from services.messaging.sql import fetch
from services.registry import SERVICES

MOST_CLOCK_SECONDS = 1.0
CALL_SECONDS = 2.0
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")
SERVER = """
SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp())::float8,
    current_setting('synchronous_standby_names'), pg_is_in_recovery(),
    ARRAY(SELECT name FROM unnest(%b::text[]) AS name WHERE current_setting(name) = 'off')
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what to do about it where it is not good."""

    name: str
    good: bool
    text: str
    advice: str = ""


def examine() -> Iterator[Check]:
    """Every check of this service; nothing raises, and nothing waits for longer than some seconds."""
    database = [*of_database()]
    yield from database
    yield from of_kafka()
    yield from of_calls()
    if database[0].good:
        yield from of_facts()


def of_database() -> Iterator[Check]:
    place = describe_postgres()
    try:
        version, clock, standbys, replica, unsafe = fetch(SERVER, [list(UNSAFE)])[0]
        pending = pending_migrations()
    except Error as error:
        reason = str(error).strip().splitlines()[0]
        advice = f"start PostgreSQL there, or correct {SERVICES[settings.SERVICE_NAME].database_url}"
        yield Check("database", False, f"{place}: {reason}", advice)
        return
    yield Check("database", not replica, f"PostgreSQL {version} at {place}", "this is a standby: name the primary")
    yield Check("durability", not unsafe, f"off: {', '.join(unsafe) or 'nothing'}", "turn them on in postgresql.conf")
    command = f"run `manage.py {settings.SERVICE_NAME} migrate`"
    yield Check("migrations", not pending, f"{len(pending)} pending", command)
    difference = time.time() - clock
    good = abs(difference) <= MOST_CLOCK_SECONDS
    yield Check("clock", good, f"{difference:+.3f} s beside PostgreSQL's", "set the clock of this machine by NTP")
    fence = f"on, for {standbys}" if standbys else "off: there is no synchronous standby"
    yield Check("fence", True, fence)


def pending_migrations() -> list[object]:
    executor = MigrationExecutor(connection)
    return [*executor.migration_plan(executor.loader.graph.leaf_nodes())]


def of_kafka() -> Iterator[Check]:
    place, topics = describe_kafka(), configuration().topics
    if not topics:
        return
    try:
        check_topics(topics)
    except TopicsNotReady as error:
        advice = "start the broker there, or correct KAFKA_BOOTSTRAP_SERVERS; then `create_topics`"
        yield Check("kafka", False, f"{place}: {error}", advice)
    else:
        yield Check("kafka", True, f"{place}; {', '.join(topics)}: {configuration().topic_partitions} partitions each")


def of_calls() -> Iterator[Check]:
    """The services that this one asks."""
    for name in SERVICES[settings.SERVICE_NAME].calls:
        url = getattr(settings, f"{name.upper()}_URL")
        good = answers(lambda url=url: requests.get(f"{url}/livez", timeout=CALL_SECONDS))  # type: ignore[misc]
        text = f"{url} {'answers' if good else 'does not answer'}"
        yield Check(name, good, text, f"start {name}, or correct {name.upper()}_URL")


def answers(call: Callable[[], requests.Response]) -> bool:
    try:
        return call().ok
    except requests.RequestException:
        return False


def of_facts() -> Iterator[Check]:
    """What the probes call degraded."""
    for reading in (fact.take() for fact in facts() if fact.is_bounded):
        value = "cannot be read" if reading.value is None else f"{float(reading.value):g} {reading.fact.unit}".strip()
        yield Check(reading.fact.name, not reading.is_degraded, value, reading.fact.advice or reading.fact.help)
