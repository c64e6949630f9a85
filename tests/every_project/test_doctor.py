"""`manage.py <service> doctor`, where something is wrong."""

import os
import subprocess
import sys
import time
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from services.common.env import ROOT
from services.messaging.facts import facts
from services.registry import SERVICES

SERVICE = SERVICES[settings.SERVICE_NAME]
NOBODY = "127.0.0.1:1"


def doctor(**variables):
    command = [sys.executable, "manage.py", SERVICE.name, "doctor"]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_everything_that_is_away_is_a_line_with_what_to_do(db):
    started = time.monotonic()
    away = {f"{name.upper()}_URL": f"http://{NOBODY}" for name in SERVICE.calls}
    database = f"postgres://{SERVICE.name}:hidden@{NOBODY}/{SERVICE.name}"
    done = doctor(KAFKA_BOOTSTRAP_SERVERS=NOBODY, **{SERVICE.database_url: database}, **away)
    assert (done.returncode, done.stderr) == (1, "")
    wrong = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("WRONG")}
    assert wrong == {"database", *SERVICE.calls, *(["kafka"] if SERVICE.kafka_clients else [])}
    assert SERVICE.database_url in done.stdout
    assert "hidden" not in done.stdout
    assert time.monotonic() - started < 40


def test_fact_that_is_out_of_bounds_is_a_line_with_its_advice(db, settings):
    for name in SERVICE.calls:
        setattr(settings, f"{name.upper()}_URL", f"http://{NOBODY}")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    degraded = [fact for fact in facts() if fact.is_bounded and fact.take().is_degraded]
    for fact in degraded:
        at = next(index for index, line in enumerate(lines) if line.split()[1:2] == [fact.name])
        assert lines[at].startswith("WRONG")
        assert lines[at + 1].strip() == fact.advice
    assert any(line.startswith("ok     database") for line in lines)


def test_every_bounded_fact_says_what_to_do():
    assert [fact.name for fact in facts() if fact.is_bounded and not fact.advice.endswith(".")] == []
