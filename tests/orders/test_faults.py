import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from services.common import env, messaging
from services.common.env import ROOT


def test_production_refuses_fault_points(monkeypatch):
    monkeypatch.setattr(env, "values", lambda: {"FAULT": "relay.before_mark"})
    with pytest.raises(ImproperlyConfigured, match="embedded shop alone"):
        messaging.fault()


def test_point_that_nobody_has_is_one_clear_line_of_a_command():
    command = [sys.executable, "manage.py", "orders", "check"]
    environment = {**os.environ, "FAULT": "relay.nowhere"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith("manage.py orders: FAULT must be")
