"""Proves the containers without an engine: `python -m tests.proof.carry_out`.

Carries out the Dockerfile's steps in a clean folder, then starts what compose.yaml lists, in its order, with its
commands and its environment under the values of .env.example, against PostgreSQL servers and Apache Kafka on this
machine, several of each as `--scale` would, until the scenario passes through every gateway; then stops all. What an
engine alone can show (users, read-only folders, networks, limits) is not shown.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from services.common.env import ROOT
from services.embedded import apache_kafka
from services.embedded.children import start_child
from services.embedded.databases import create_databases
from services.embedded.ports import answers
from services.embedded.postgres import Postgres
from tests.support.backing_services import start_postgres, stop, wait_until
from tests.whole.containers import compose
from tests.whole.containers.addresses import Addresses
from tests.whole.containers.image import Image

SECONDS_TO_BE_HEALTHY = 90
# No change but numbers: two relays of which one leads, three consumers that share the partitions.
SCALE = {
    **dict.fromkeys(("gateway", "orders", "payments", "orders-relay", "payments-relay"), 2),
    **dict.fromkeys(("gateway-chores", "orders-chores", "payments-chores"), 2),
    **dict.fromkeys(("orders-consumer", "payments-consumer"), 3),
}


class Project:
    """The services of compose.yaml on this machine, in the numbers of `SCALE`."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.image = Image(folder / "image")
        self.services = compose.load(compose.example_variables())
        self.addresses = Addresses({name: SCALE.get(name, 1) for name in self.services})

    def environment(self, service, copy=1):
        listed = self.services[service].get("environment", {})
        return {name: self.addresses.here(service, copy, value) for name, value in listed.items()}

    def command(self, service, copy=1):
        return [self.addresses.here(service, copy, word) for word in self.services[service]["command"]]

    def start(self, service):
        """Start it, and wait for what others wait for: its end, or its health."""
        began = time.monotonic()
        kind = self.services[service]["image"].partition(":")[0]
        starters = {"postgres": self.start_postgres, "apache/kafka": self.start_kafka}
        if kind in starters:
            starters[kind](service)
        elif self.services[service]["restart"] == "no":
            self.image.run(self.command(service), self.environment(service), check=True)
        else:
            self.start_ours(service)
        print(f"{service:20} {time.monotonic() - began:5.1f} s", flush=True)

    def start_ours(self, service):
        copies = range(1, self.addresses.scale[service] + 1)
        processes = [self.start_copy(service, copy) for copy in copies]
        for copy, process in zip(copies, processes, strict=True):
            wait_until(
                lambda copy=copy, process=process: self.healthy(service, copy, process),
                seconds=SECONDS_TO_BE_HEALTHY,
                what=f"{service} healthy",
                every=0.3,
            )

    def start_copy(self, service, copy):
        arguments = self.image.process(self.command(service, copy), self.environment(service, copy))
        command, environment = arguments.pop("args"), arguments.pop("env")
        with self.log(service, copy).open("wb") as log:
            process = start_child(command, environment=environment, stdout=log, stderr=log, **arguments)
        self.stack.callback(stop, process, signal.SIGTERM)
        return process

    def log(self, service, copy=1):
        return self.folder / f"{service}-{copy}.log"

    def healthy(self, service, copy, process):
        assert process.poll() is None, f"{service} ended:\n{self.log(service, copy).read_text()[-3000:]}"
        check = self.image.run(self.image.healthcheck, self.environment(service, copy), capture_output=True)
        return check.returncode == 0

    def start_postgres(self, service):
        environment = self.services[service]["environment"]
        password = Path(self.image.mapped(environment["POSTGRES_PASSWORD_FILE"])).read_text()
        postgres = Postgres(self.folder / service, self.addresses.port(service, 5432), "superuser")
        start_postgres(postgres, self.log(service), self.stack)
        assert environment["POSTGRES_USER"] == environment["POSTGRES_DB"]
        create_databases(postgres.superuser_url(), {environment["POSTGRES_USER"]: password})

    def start_kafka(self, service):
        """Apache Kafka itself, under the settings that its image makes of the environment."""
        folder = self.folder / service
        folder.mkdir()
        jars = apache_kafka.resolve_jars(self.folder / "kafka-libs")
        properties = folder / "server.properties"
        properties.write_text("".join(f"{line}\n" for line in self.kafka_settings(service)))
        log = folder / "broker.log"
        arguments = ["format", "-t", apache_kafka.new_cluster_id(), "-c", str(properties)]
        assert apache_kafka.start_java(jars, ["kafka.tools.StorageTool", *arguments], log).wait() == 0, log.read_text()
        process = apache_kafka.start_java(jars, ["kafka.Kafka", str(properties)], log)
        self.stack.callback(stop, process, signal.SIGTERM)
        wait_until(lambda: answers(self.addresses.port(service, 9092)), seconds=60, what=service)

    def kafka_settings(self, service):
        for name, value in self.environment(service).items():
            if name != "KAFKA_HEAP_OPTS":
                value = value.replace("/var/lib/kafka/data", str(self.folder / service / "data"))
                yield f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={value}"


def check(project):
    """The scenario through each gateway; the web shop without HTTPS; the names used between containers."""
    port = project.addresses.port
    for copy in (1, 2):
        check_pages(f"http://localhost:{port('gateway', 3000, copy)}")
        scenario = [
            sys.executable,
            "-m",
            "tests.proof.scenario",
            "--url",
            f"http://localhost:{port('gateway', 8000, copy)}",
        ]
        subprocess.run(scenario, cwd=ROOT, check=True)
    for name, number in (("orders", 8001), ("payments", 8002)):
        url = f"http://127.0.0.1:{port(name, number)}/readyz"
        assert requests.get(url, headers={"Host": f"{name}:{number}"}, timeout=10).status_code == 200, name


def check_pages(url):
    page = requests.get(f"{url}/", timeout=10, allow_redirects=False)
    assert page.status_code == 200, page.status_code
    assert "Strict-Transport-Security" not in page.headers
    addresses = re.findall(r'"(/static/[^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert requests.get(url + address, timeout=10).status_code == 200, address


def main():
    os.environ.pop("EMBEDDED", None)
    with tempfile.TemporaryDirectory(prefix="shop-containers-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        project = Project(Path(folder), stack)
        project.image.build()
        before = project.image.files()
        for service in project.services:
            project.start(service)
        check(project)
        assert project.image.files() == before, "a container wrote into its read-only image"
    print("the containers' steps and commands work")


if __name__ == "__main__":
    main()
