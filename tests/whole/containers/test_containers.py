"""compose.yaml and the Dockerfile name nothing that the project does not have."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.common.env import ROOT
from services.common.messaging import VARIABLES
from services.common.secrets import DATABASE_PASSWORDS, HOLDERS, share_secrets
from services.registry import SERVICES as PROJECTS
from tests.whole.containers import compose
from tests.whole.containers.image import DOCKERFILE, context, instructions

OURS = "exactly-once-shop"
SERVICES = compose.load(compose.example_variables())
WORKERS = {name: service for name, service in SERVICES.items() if "--probe-port=9000" in service.get("command", [])}
# Read by command lines, published ports and jobs, not by a setting.
OF_COMPOSE_ALONE = {
    *("PUBLISH_ADDRESS", "GATEWAY_PORT", "UI_PORT", "KAFKA_UI_PORT"),
    *("DEMO_CATALOGUE", "WEB_WORKERS", "WEB_THREADS", "HEALTH_URL"),
}
NOT_PASSED_ON = {
    # For `make run` and the tests alone.
    *("EMBEDDED", "EMBEDDED_POSTGRES_PORT", "EMBEDDED_KAFKA_PORT", "SHOP_FOLDER", "KAFKA_PROFILE", "DEBUG", "FAULT"),
    *("LOYALTY", "LOYALTY_PORT", "LOYALTY_DATABASE_URL"),
    # Fixed by compose.yaml, and files that it does not mount.
    *("PROBE_HOST", "SECRETS_DIR", "KAFKA_SSL_CA", "KAFKA_SSL_CERTIFICATE", "KAFKA_SSL_KEY"),
}


def ours():
    """The services of our image by name; there is one at least."""
    found = {name: service for name, service in SERVICES.items() if service["image"] == OURS}
    assert found
    return found


def variables_of_the_code():
    """Every variable that a setting reads."""
    read = re.compile(r'(?:env\.\w+|secret_key|token_keys|signing_keys|readers)\(\s*[\'"]([A-Z_]+)')
    files = [*ROOT.glob("services/**/*.py"), *ROOT.glob("*_proj/settings.py")]
    found = {name for path in files for name in read.findall(path.read_text())}
    return found | DATABASE_PASSWORDS.keys() | VARIABLES


def run(*words):
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_compose_file_fits_its_schema():
    done = run(f"{sys.prefix}/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")
    assert done.returncode == 0, done.stdout


def test_dockerfile_passes_hadolint():
    done = run(f"{sys.prefix}/bin/hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_every_variable_of_compose_is_documented_and_read():
    used = compose.variables_used()
    assert used <= compose.example_variables().keys()
    assert used - OF_COMPOSE_ALONE <= variables_of_the_code()


def test_every_documented_variable_reaches_the_containers():
    assert compose.example_variables().keys() - compose.variables_used() == NOT_PASSED_ON


@pytest.mark.parametrize("name", ours())
def test_every_variable_given_to_a_service_is_one_it_reads(name):
    given = SERVICES[name].get("environment", {}).keys()
    assert given - OF_COMPOSE_ALONE - {"SECRETS_DIR"} <= variables_of_the_code()


@pytest.mark.parametrize("name", ours())
def test_every_command_exists(name):
    command = SERVICES[name]["command"]
    words = command[-1].split() if command[0] == "sh" else command
    if "manage.py" in words:
        project, subcommand, *options = words[words.index("manage.py") + 1 :]
        known = {path.stem for path in ROOT.glob("services/*/management/commands/*.py")}
        assert (ROOT / f"{project}_proj").is_dir()
        assert subcommand.rstrip(";") in known | {"migrate"}
        assert subcommand == "migrate" or all(documented(subcommand, option) for option in options if "-" in option)
    else:
        assert (ROOT / f"{words[2].replace('.', '/')}.py").is_file()


def documented(subcommand, option):
    files = [*ROOT.glob(f"services/*/management/commands/{subcommand}.py")]
    return bool(files) and all(option.partition("=")[0] in file.read_text() for file in files)


def test_every_dependency_is_a_service_with_what_it_waits_for():
    dependencies = [pair for service in SERVICES.values() for pair in service.get("depends_on", {}).items()]
    assert dependencies
    for needed, how in dependencies:
        ends = SERVICES[needed].get("restart") == "no"
        assert how["condition"] == ("service_completed_successfully" if ends else "service_healthy")


def test_every_address_between_containers_is_listened_on():
    listening = {("kafka", "9092"), *((f"{name}-db", "5432") for name in PROJECTS)}
    used = set()
    for name, service in ours().items():
        bound = re.findall(r"--listen=0\.0\.0\.0:(\d+)", " ".join(service["command"]))
        listening |= {(name, port) for port in bound}
        inside = {published.rpartition(":")[2] for published in service.get("ports", [])}
        assert inside <= set(bound)
        health = service.get("environment", {}).get("HEALTH_URL")
        assert not health or re.search(r":(\d+)/readyz", health)[1] in {*bound, "9000"}
        for value in service.get("environment", {}).values():
            used.update(re.findall(r"(?:^|@|//)([a-z-]+):(\d+)", str(value)))
    assert used
    assert used <= listening
    assert {("orders", "8001"), ("payments", "8002"), ("gateway", "8000"), ("gateway", "3000")} <= listening


def test_workers_probe_is_the_port_that_health_asks():
    assert len(WORKERS) == 7
    assert {worker["environment"]["HEALTH_URL"] for worker in WORKERS.values()} == {"http://127.0.0.1:9000/readyz"}


def test_nothing_is_published_beyond_this_machine():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert {port.rpartition(":")[0].rpartition(":")[0] for port in published} == {"127.0.0.1"}
    assert {port.rpartition(":")[2] for port in published} == {"8000", "3000", "8001", "8002"}


def test_every_volume_is_declared_and_in_the_place_that_uses_it():
    declared = compose.yaml.safe_load(compose.COMPOSE.read_text())["volumes"].keys()
    made = re.findall(r"/secrets/\w+", DOCKERFILE.read_text().split("install --directory")[1])
    for name, service in SERVICES.items():
        mounts = dict(volume.split(":")[:2] for volume in service.get("volumes", []))
        assert mounts.keys() <= declared
        if service["image"].startswith("postgres:"):
            assert "/var/lib/postgresql" in mounts.values()
        if name in ours() and name != "secrets":
            assert service["environment"]["SECRETS_DIR"] in set(made).intersection(mounts.values()), name


def test_a_service_sees_its_own_secrets_alone():
    for name, service in ours().items():
        if name != "secrets":
            owner = name.partition("-")[0].replace("topics", "orders").replace("catalogue", "orders")
            assert service["volumes"] == [f"{owner}-secrets:/secrets/{owner}:ro"]


def test_shared_secrets_are_equal_and_a_given_one_wins(tmp_path):
    share_secrets(tmp_path, {})
    made = (tmp_path / "orders" / "OUTBOX_SIGNING_KEYS").read_text()
    share_secrets(tmp_path, {"ORDERS_DATABASE_PASSWORD": "given"})
    for name, holders in {**HOLDERS, **DATABASE_PASSWORDS}.items():
        assert len({(tmp_path / holder / name).read_text() for holder in holders}) == 1
        assert {path.parent.name for path in tmp_path.glob(f"*/{name}")} == set(holders)
    assert (tmp_path / "payments" / "OUTBOX_SIGNING_KEYS").read_text() == made
    assert (tmp_path / "orders" / "ORDERS_DATABASE_PASSWORD").read_text() == "given"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*/*")} == {0o600}


def test_kafka_is_the_version_that_make_kafka_runs():
    version = re.search(r"<kafka.version>(.*)<", (ROOT / "tests/whole/kafka/pom.xml").read_text())[1]
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version}"


def test_every_image_is_pinned():
    everything = compose.yaml.safe_load(compose.COMPOSE.read_text())["services"].values()
    foreign = [service["image"] for service in everything if service["image"] != OURS]
    assert foreign
    assert [image for image in foreign if not re.search(r":v?\d", image)] == []
    bases = [argument for instruction, argument in instructions() if instruction == "FROM"]
    assert {base.partition(" ")[0] for base in bases} == {"python:3.11.15-slim"}


def test_image_runs_as_nobody_in_particular_and_tells_its_health():
    last_stage = DOCKERFILE.read_text().split("FROM ")[-1]
    assert "USER 10001" in last_stage
    assert json.loads(re.search(r"CMD (\[.*HEALTH_URL.*\])", last_stage)[1])[0] == "python"


def test_image_holds_what_runs_and_nothing_else():
    folders = {Path(file).parts[0] for file in context()}
    projects = {f"{name}_proj" for name in PROJECTS}
    assert folders == {"manage.py", *projects, "services", "static", "templates", "requirements"}
    assert not [file for file in context() if "embedded" in file]
    installed = (ROOT / "requirements/runtime.txt").read_text()
    assert "calfkit" not in installed
    assert "embedded-postgres" not in installed
