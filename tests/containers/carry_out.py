"""Proves the containers without an engine: `python -m tests.containers.carry_out`.

Carries out the Dockerfile's steps in a clean folder, then starts what compose.yaml lists, in its order, with its
commands and its environment under the values of .env.example, against PostgreSQL servers and Apache Kafka on this
machine, until the scenario passes through the published port; then stops all. What an engine alone can show
(users, read-only folders, networks, limits) is not shown.
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
from services.embedded.ports import answers, free_port
from services.embedded.postgres import Postgres
from tests.backing_services import stop, wait_until
from tests.containers import compose
from tests.containers.image import Image

SECONDS_TO_BE_HEALTHY = 90


class Project:
    """The services of compose.yaml on this machine: every host and port of theirs is a port here."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.image = Image(folder / "image")
        self.services = compose.load(compose.example_variables())
        self.ports = {}

    def port(self, service, number):
        """The port here that stands for a container's."""
        if (service, number) not in self.ports:
            self.ports[service, number] = free_port()
        return self.ports[service, number]

    def here(self, service, text):
        """The text of compose.yaml, with addresses of this machine."""
        others = "|".join(sorted(self.services, key=len, reverse=True))
        text = re.sub(rf"(?<=[/@])({others}):(\d+)", lambda m: f"127.0.0.1:{self.port(m[1], m[2])}", str(text))
        text = re.sub(rf"^({others}):(\d+)$", lambda m: f"127.0.0.1:{self.port(m[1], m[2])}", text)
        own = r"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|(?<=//)):(\d+)(?!\d)"
        text = re.sub(own, lambda m: f"127.0.0.1:{self.own_port(service, m[1])}", text)
        return re.sub(r"(?<=--probe-port=)(\d+)", lambda m: str(self.port(service, m[1])), text)

    def own_port(self, service, number):
        return number if int(number) in self.ports.values() else self.port(service, number)

    def environment(self, service):
        listed = self.services[service].get("environment", {})
        return {name: self.here(service, value) for name, value in listed.items()}

    def command(self, service):
        return [self.here(service, word) for word in self.services[service]["command"]]

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
        arguments = self.image.process(self.command(service), self.environment(service))
        command, environment = arguments.pop("args"), arguments.pop("env")
        with (self.folder / f"{service}.log").open("wb") as log:
            process = start_child(command, environment=environment, stdout=log, stderr=log, **arguments)
        self.stack.callback(stop, process, signal.SIGTERM)

        def healthy():
            assert process.poll() is None, f"{service} ended:\n{(self.folder / f'{service}.log').read_text()[-3000:]}"
            check = self.image.run(self.image.healthcheck, self.environment(service), capture_output=True)
            return check.returncode == 0

        wait_until(healthy, seconds=SECONDS_TO_BE_HEALTHY, what=f"{service} healthy", every=0.3)

    def start_postgres(self, service):
        environment = self.services[service]["environment"]
        password = Path(self.image.mapped(environment["POSTGRES_PASSWORD_FILE"])).read_text()
        postgres = Postgres(self.folder / service, self.port(service, "5432"), "superuser")
        postgres.prepare()
        with (self.folder / f"{service}.log").open("wb") as log:
            process = start_child(postgres.command(), stop_signal=signal.SIGINT, stdout=log, stderr=log, cwd="/")
        self.stack.callback(stop, process, signal.SIGINT)
        wait_until(postgres.ready, seconds=30, what=service)
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
        wait_until(lambda: answers(self.port(service, "9092")), seconds=60, what=service)

    def kafka_settings(self, service):
        for name, value in self.environment(service).items():
            if name != "KAFKA_HEAP_OPTS":
                value = value.replace("/var/lib/kafka/data", str(self.folder / service / "data"))
                yield f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={self.listeners(value)}"

    def listeners(self, value):
        """A listener without a host is on every address there; here on the loopback alone."""
        return value.replace("//:", "//127.0.0.1:")


def check(project):
    """The scenario through the published REST port; the web shop without HTTPS; the names used between containers."""
    rest, pages = (project.ports["gateway", number] for number in ("8000", "3000"))
    page = requests.get(f"http://localhost:{pages}/", timeout=10, allow_redirects=False)
    assert page.status_code == 200, page.status_code
    assert "Strict-Transport-Security" not in page.headers
    for address in re.findall(r'"(/static/[^"]+)"', page.text):
        assert requests.get(f"http://localhost:{pages}{address}", timeout=10).status_code == 200, address
    for name, number in (("orders", "8001"), ("payments", "8002")):
        url = f"http://127.0.0.1:{project.ports[name, number]}/readyz"
        assert requests.get(url, headers={"Host": f"{name}:{number}"}, timeout=10).status_code == 200, name
    scenario = [sys.executable, "-m", "tests.scenario", "--url", f"http://localhost:{rest}"]
    subprocess.run(scenario, cwd=ROOT, check=True)


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
