"""`.env.example` names every variable, and a copy of it changes nothing."""

import re

from services.common.env import ROOT
from services.common.messaging import VARIABLES
from services.embedded.shop import PORTS
from services.registry import SERVICES

# Switches of the tests, and what one process of `make run` tells another.
NOT_FOR_USERS = {"ALLOW_UNSAFE_DATABASE", "FAULT", "POSTGRES_SUPERUSER_URL"}
READERS = re.compile(
    r'(?:text|integer|flag|words|secret|secret_key|signing_keys|readers|database)\(\s*"([A-Z][A-Z_0-9]+)"'
)


def lines():
    text = (ROOT / ".env.example").read_text()
    return [line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#")]


def example():
    return dict(lines())


def test_no_name_stands_twice_where_the_second_would_win_over_the_one_filled_in():
    names = [name for name, _ in lines()]
    assert len(names) == len(set(names)), sorted(name for name in set(names) if names.count(name) > 1)


def test_every_variable_that_the_code_reads_is_documented():
    sources = [
        path.read_text()
        for folder in ("services", *(f"{name}_proj" for name in SERVICES))
        for path in (ROOT / folder).rglob("*.py")
    ]
    read = {name for source in sources for name in READERS.findall(source)}
    read |= {*PORTS, *(service.database_url for service in SERVICES.values()), *VARIABLES}
    assert read - NOT_FOR_USERS <= set(example())


def test_a_copy_changes_nothing():
    assert {name: int(value) for name, value in example().items() if value} == PORTS
