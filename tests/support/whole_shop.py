"""The whole shop as `make run` starts it, on free ports and in its own folder, for tests and programs from outside."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from services.common.env import ROOT, configured
from services.embedded.apache_kafka import Cluster
from services.embedded.children import start_child
from services.embedded.ports import free_port
from services.embedded.shop import PORTS
from services.registry import SERVICES
from tests.support.apache_kafka import apache_kafka
from tests.support.backing_services import end_in_order_on_sigterm, stop, wait_until
from tests.support.named_servers import databases_of_its_own, without_servers_of_the_tests
from tests.support.paths import Paths, proxied
from tests.support.proxied_shop import KAFKA

SECONDS_TO_START = 100
Popen = subprocess.Popen[bytes]


class WholeShop:
    """A running shop: its addresses, its processes, its databases, and what it has printed.

    `cluster` is the Apache Kafka under it; None for the embedded broker. `paths` are the proxies between its parts.
    """

    def __init__(
        self, folder: Path, ports: Mapping[str, int], process: Popen, cluster: Cluster | None, paths: Paths
    ) -> None:
        self.folder, self.ports, self.process, self.cluster, self.paths = folder, ports, process, cluster, paths
        self.url = f"http://localhost:{ports['GATEWAY_PORT']}"
        self.ui_url = f"http://localhost:{ports['UI_PORT']}"
        self.orders_url = f"http://localhost:{ports['ORDERS_PORT']}"
        self.payments_url = f"http://localhost:{ports['PAYMENTS_PORT']}"

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, f"the shop did not start:\n{self.output()[-5000:]}"
            return "shop is ready" in self.output()

        wait_until(ready, seconds=SECONDS_TO_START, what=f"the shop in {self.folder}")

    def output(self) -> str:
        return (self.folder / "output").read_text()

    @cached_property
    def values(self) -> dict[str, str]:
        """The variables by which another process finds this shop."""
        lines = (self.folder / "environment").read_text().splitlines()
        return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    @property
    def topics(self) -> list[str]:
        return [self.values.get("OUTBOX_TOPIC", "outbox"), self.values.get("INBOX_TOPIC", "inbox")]

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` as from another shell, which knows the shop's folder alone; returns the finished process."""
        environment = {name: value for name, value in os.environ.items() if name not in self.values}
        environment["SHOP_FOLDER"] = str(self.folder)
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def start(self, *words: str, **variables: str) -> Popen:
        """A Python program of this shop beside its processes, left running."""
        environment = {**os.environ, **self.values, **variables}
        command, nowhere = [sys.executable, *words], subprocess.DEVNULL
        return start_child(command, environment=environment, cwd=ROOT, stdout=nowhere, stderr=nowhere)

    def processes(self) -> dict[str, int]:
        """Who runs now: process ids by name."""
        found: dict[str, int] = json.loads((self.folder / "processes.json").read_text())
        return found

    def signal(self, name: str, number: int = signal.SIGKILL) -> bool:
        """Send it the signal; returns whether it ran."""
        if (pid := self.processes().get(name)) is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    @contextmanager
    def database(self, service: str) -> Iterator[psycopg.Connection]:
        """One snapshot of the service's database."""
        with psycopg.connect(self.values[SERVICES[service].database_url]) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection

    def select(
        self, service: str, statement: LiteralString, parameters: Sequence[object] = ()
    ) -> list[tuple[Any, ...]]:
        with self.database(service) as connection:
            return connection.execute(statement, parameters).fetchall()


@contextmanager
def running_shop(brokers: int = 0, *, over_proxies: bool = False, **variables: str) -> Iterator[WholeShop]:
    """A shop that is ready, over so many brokers of Apache Kafka (0: the embedded one); it ends with the block.

    Of three brokers each leads partitions of its own: no proxy stands between them and the shop.
    """
    end_in_order_on_sigterm()
    ports = {name: free_port() for name in PORTS}
    environment = without_servers_of_the_tests({**configured(), **{name: str(port) for name, port in ports.items()}})
    with ExitStack() as stack:
        kafka_port = free_port() if over_proxies and brokers < 3 and KAFKA not in environment else None
        cluster = stack.enter_context(apache_kafka(brokers, advertised_port=kafka_port)) if brokers else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="whole shop ")))
        environment |= stack.enter_context(databases_of_its_own(environment)) | {"SHOP_FOLDER": str(folder)}
        environment |= (over(cluster) if cluster else {}) | variables
        paths = stack.enter_context(proxied(environment, ports, kafka_port)) if over_proxies else {}
        environment |= {"PROXIES": json.dumps({name: proxy.port for name, proxy in paths.items()})} if paths else {}
        with (folder / "output").open("wb") as output:
            command = [sys.executable, "-m", "tests.support.proxied_shop" if paths else "services.embedded"]
            process = start_child(command, environment=environment, cwd=ROOT, stdout=output, stderr=output)
        stack.callback(stop, process, signal.SIGINT)
        shop = WholeShop(folder, ports, process, cluster, paths)
        shop.wait_until_ready()
        yield shop


def over(cluster: Cluster) -> dict[str, str]:
    """What a shop must know to use the cluster."""
    copies = {"TOPIC_REPLICATION_FACTOR": "3", "TOPIC_MIN_INSYNC_REPLICAS": "2"} if cluster.count == 3 else {}
    return {"KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers(), "KAFKA_PROFILE": "kafka", **copies}
