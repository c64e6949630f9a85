"""Each project starts with production's settings, and refuses to start with what would be unsafe there."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from services.common.env import ROOT
from services.common.secrets import HOLDERS, new_secret

SERVICE = settings.SERVICE_NAME
OWN_SECRETS = sorted(name for name, services in HOLDERS.items() if SERVICE in services)
SIGNING = [name for name in OWN_SECRETS if name.endswith("SIGNING_KEYS")]


def check(**changes):
    """`manage.py <service> check --deploy` with production's variables but for the changes; None takes one away."""
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "ignore:No directory at:UserWarning",
        "EMBEDDED": "0",
        "ALLOWED_HOSTS": "shop.example",
        f"{SERVICE.upper()}_DATABASE_URL": f"postgres://{SERVICE}:password@database.example:5432/{SERVICE}",
        "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093",
        **{name: new_secret(name) for name in OWN_SECRETS},
        **changes,
    }
    environment = {name: value for name, value in variables.items() if value is not None}
    command = [sys.executable, "manage.py", SERVICE, "check", "--deploy", "--fail-level=WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def refusal(**changes):
    """The one line with which it refuses to start."""
    done = check(**changes)
    assert done.returncode != 0, done.stdout
    [line] = done.stderr.splitlines()
    assert line.startswith(f"manage.py {SERVICE}: ")
    return line


def test_it_starts_and_its_deployment_checks_find_nothing():
    done = check()
    assert done.returncode == 0, done.stderr


def test_it_starts_behind_plain_http_where_the_operator_says_so():
    assert check(HTTPS_ONLY="0").returncode == 0


def test_secrets_are_read_from_files(tmp_path):
    for name in OWN_SECRETS:
        (tmp_path / name).write_text(f"{new_secret(name)}\n")
    assert check(SECRETS_DIR=str(tmp_path), **dict.fromkeys(OWN_SECRETS)).returncode == 0


@pytest.mark.parametrize(("name", "value"), [("DEBUG", "1"), ("ALLOWED_HOSTS", "*"), ("ALLOWED_HOSTS", "a.example,*")])
def test_debug_and_open_hosts_are_refused(name, value):
    assert f"{name}=" in refusal(**{name: value})


@pytest.mark.parametrize("name", OWN_SECRETS)
def test_missing_secret_is_refused_by_its_name(name):
    assert f"set the secret {name}" in refusal(**{name: None})


@pytest.mark.parametrize("name", OWN_SECRETS)
def test_short_secret_is_refused_by_its_name_and_not_told(name):
    line = refusal(**{name: "k1:too-short" if name in SIGNING else "too-short"})
    assert name in line
    assert "too-short" not in line


@pytest.mark.parametrize(
    "value", ["change-me-" * 10, "an-example-" * 10, "INSECURE-" * 10], ids=lambda value: value[:9]
)
@pytest.mark.parametrize("name", [f"{SERVICE.upper()}_SECRET_KEY", *SIGNING[:1]])
def test_known_secret_is_refused_by_its_name(name, value):
    assert name in refusal(**{name: f"k1:{value}" if name in SIGNING else value})


def test_secret_of_two_purposes_is_refused_by_both_names_and_not_told():
    first, second = [name for name in OWN_SECRETS if name not in SIGNING][:2]
    value = new_secret(first)
    line = refusal(**{first: value, second: value})
    assert first in line
    assert second in line
    assert value not in line


TOKEN_KEYS = [name for name in OWN_SECRETS if name.endswith("TOKEN_KEY")]


@pytest.mark.parametrize("name", TOKEN_KEYS)
def test_two_keys_stand_side_by_side_while_one_is_rotated(name):
    assert check(**{name: f"{new_secret(name)},{new_secret(name)}"}).returncode == 0


@pytest.mark.parametrize("name", TOKEN_KEYS[:1])
@pytest.mark.parametrize("value", ["{key},", ",{key}", "{key},{key}", "{key},too-short"])
def test_broken_list_of_keys_is_refused_by_its_name_and_not_told(name, value):
    key = new_secret(name)
    line = refusal(**{name: value.format(key=key)})
    assert name in line
    assert key not in line


@pytest.mark.skipif(not SIGNING, reason="signs no messages")
def test_signing_key_that_is_another_purposes_secret_is_refused():
    value = new_secret(f"{SERVICE.upper()}_SECRET_KEY")
    line = refusal(**{f"{SERVICE.upper()}_SECRET_KEY": value, SIGNING[0]: f"k1:{value}"})
    assert SIGNING[0] in line


def test_armed_fault_is_refused():
    assert "FAULT" in refusal(FAULT="relay.before_send")


def test_what_is_no_yes_or_no_is_refused():
    assert "EMBEDDED must be 0 or 1" in refusal(EMBEDDED="no")
