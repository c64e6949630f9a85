"""Settings are safe for production, or the process refuses to start: seen at a process of its own."""

import os
import subprocess
import sys

import pytest

from services.common.env import ROOT, configured

PRODUCTION = {"EMBEDDED": "0", "ALLOW_UNSAFE_DATABASE": "", "KAFKA_PROFILE": ""}
PRINT = """
from django.conf import settings
print(settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.DEBUG)
"""


def run(*words, **variables):
    environment = {**os.environ, **configured(), **PRODUCTION, **variables}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DEBUG": "1"}, "DEBUG=1 and ALLOWED_HOSTS=* are refused outside the embedded mode"),
        ({"ALLOWED_HOSTS": "*"}, "DEBUG=1 and ALLOWED_HOSTS=* are refused outside the embedded mode"),
        ({"ORDERS_SECRET_KEY": "short"}, "ORDERS_SECRET_KEY must hold at least 50 random characters"),
        ({"ORDERS_SECRET_KEY": "change-me" * 9}, "ORDERS_SECRET_KEY must hold at least 50 random characters"),
        ({"FAULT": "relay.before_mark"}, "FAULT kills processes"),
        ({"HTTPS_ONLY": "yes"}, "HTTPS_ONLY must be 0 or 1, not 'yes'"),
    ],
)
def test_production_refuses_what_is_unsafe_by_one_line(variables, message):
    done = run("manage.py", "orders", "check", **variables)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith(f"manage.py orders: {message}")


def test_production_speaks_https_alone_unless_it_is_told_otherwise():
    project = {"DJANGO_SETTINGS_MODULE": "orders_proj.settings"}
    assert run("-c", PRINT, **project).stdout.split() == ["True", "True", "True", "False"]
    assert run("-c", PRINT, HTTPS_ONLY="0", **project).stdout.split() == ["False", "False", "False", "False"]
