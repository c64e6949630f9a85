import os
import subprocess
import sys

from services.common.env import ROOT


def test_point_that_nobody_has_is_one_clear_line_of_a_command():
    command = [sys.executable, "manage.py", "orders", "check"]
    environment = {**os.environ, "FAULT": "relay.nowhere"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith("manage.py orders: FAULT must be")
