import os
import subprocess
import sys
import timeit

import pytest
from django.core.exceptions import ImproperlyConfigured

from services.messaging import faults
from tests.projects import ROOT

REACH = """
import django; django.setup()
from services.messaging.faults import fault_point
for n in range(5):
    print(n)
    fault_point("relay.before_mark")
"""


def test_points_are_unarmed_unless_the_setting_says_so():
    assert (faults.parse_fault(""), faults.armed) == (None, None)


@pytest.mark.parametrize("wanted", ["relay.nowhere", "relay.before_mark:x", "relay.before_mark:-1"])
def test_point_that_nobody_has_is_refused(wanted):
    with pytest.raises(ImproperlyConfigured, match="FAULT must be"):
        faults.parse_fault(wanted)


def test_armed_point_kills_the_process_at_the_nth_hit():
    environment = {**os.environ, "FAULT": "relay.before_mark:3"}
    command = [sys.executable, "-u", "-c", REACH]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (-9, ["0", "1", "2"])


def test_unarmed_point_costs_nothing_measurable():
    seconds = min(timeit.repeat(lambda: faults.fault_point("relay.before_mark"), number=10_000, repeat=5))
    assert seconds / 10_000 < 2e-6
