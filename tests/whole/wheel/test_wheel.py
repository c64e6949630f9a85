"""What is in the wheel, and what is not."""

import re
from email import message_from_bytes
from zipfile import ZipFile

import pytest

from tests.whole.wheel.readme import TEXT

pytestmark = pytest.mark.timeout(300)  # on a busy machine pip alone takes a minute


@pytest.fixture
def contents(wheel):
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_needs_what_messaging_needs_and_nothing_of_the_shop(contents):
    (metadata,) = [message_from_bytes(text) for name, text in contents.items() if name.endswith(".dist-info/METADATA")]
    lines = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    needs = {re.split(r"[^\w-]", line)[0].lower() for line in lines}
    assert needs == {"django", "psycopg", "confluent-kafka", "structlog"}
    assert (metadata["Name"], metadata["Version"]) == ("django-exactly-once", "0.1.0")
    assert metadata.get_payload(decode=True).decode().strip() == TEXT.strip()


def test_wheel_has_one_package_which_is_typed_and_imports_nothing_of_this_repository(contents):
    assert {name.partition("/")[0] for name in contents} == {"exactly_once", "django_exactly_once-0.1.0.dist-info"}
    assert "exactly_once/py.typed" in contents
    code = {name: text for name, text in contents.items() if name.endswith(".py")}
    assert not [name for name, text in code.items() if re.search(rb"(import|from) +services\b|['\"]services\.", text)]
