import json
import subprocess
import sys

import pytest

from services.common.env import ROOT
from services.common.logging import hide_secrets

WRITE = """
import logging, logging.config, structlog
from services.common.logging import logging_config
logging.config.dictConfig(logging_config(json={json}))
log = structlog.get_logger("ours")
{write}
"""
CRASH = """
def pay(secret_of_mine):
    raise ValueError("no money")
try:
    pay("hid" + "den")
except ValueError:
    log.exception("it failed")
"""


def written(write, *, json):
    program = WRITE.format(json=json, write=write)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stderr


@pytest.mark.parametrize(
    "name", ["password", "Authorization", "HTTP_COOKIE", "api_token", "SIGNATURE", "client_secret", "dsn"]
)
def test_value_whose_name_says_that_it_is_a_secret_is_masked(name):
    assert hide_secrets(None, "info", {name: "hidden", "path": "/"}) == {name: "***", "path": "/"}


def test_lines_of_ours_and_of_libraries_are_json_of_one_shape():
    lines = written('log.info("paid", order=7, token="hidden"); logging.getLogger("lib").warning("slow %s", 3)', json=1)
    ours, libs = [json.loads(line) for line in lines.splitlines()]
    assert (ours["event"], ours["level"], ours["logger"], ours["order"]) == ("paid", "info", "ours", 7)
    assert (libs["event"], libs["level"], libs["logger"]) == ("slow 3", "warning", "lib")
    assert ours["timestamp"].endswith("Z")
    assert ours["token"] == "***"


def test_readable_line_is_one_line():
    [line] = written('log.info("paid", order=7)', json=0).splitlines()
    assert "paid" in line
    assert "order=7" in line


@pytest.mark.parametrize("as_json", [True, False])
def test_crash_is_told_without_the_values_of_its_variables(as_json):
    lines = written(CRASH, json=as_json)
    assert "ValueError" in lines
    assert "no money" in lines
    assert "hidden" not in lines
    assert not as_json or len(lines.splitlines()) == 1


def test_debug_lines_are_left_out():
    assert written('log.debug("detail"); logging.getLogger("lib").debug("detail")', json=1) == ""
