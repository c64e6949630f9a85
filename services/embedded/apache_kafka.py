"""Apache Kafka (KRaft) on 127.0.0.1 without Docker: `python -m services.embedded.apache_kafka --brokers 3`.

The jars come from Maven Central by `tests/whole/kafka/pom.xml`. Every broker is a controller, too: three survive the
loss of any one. Data is kept; Ctrl-C stops all within ten seconds.
"""

import argparse
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import FrameType

from services.embedded.children import start_child
from services.embedded.ports import answers

ROOT = Path(__file__).resolve().parents[2]
POM = ROOT / "tests" / "whole" / "kafka" / "pom.xml"
LOGGING = POM.with_name("log4j2.properties")
JAVA_MINIMUM = 17
# Three of them stand beside the shop on a small machine; the messages live in the page cache, not in the heap.
JVM_OPTIONS = ("-Xms256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", f"-Dlog4j2.configurationFile={LOGGING}")
STOP_SECONDS = 8.0
START_SECONDS = 60.0
RESTART_SECONDS = 2.0


def java() -> str:
    """The Java to run with; ends the program in one line where there is none or an older one."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None or not Path(program).is_file():
        sys.exit(f"Apache Kafka needs Java {JAVA_MINIMUM} or newer: install one (no `java` found)")
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < JAVA_MINIMUM:
        sys.exit(f"Apache Kafka needs Java {JAVA_MINIMUM} or newer, and {program} is not (JAVA_HOME names another)")
    return program


def resolve_jars(folder: Path) -> Path:
    """The folder of the broker's jars below `folder`, one for each state of the pom; downloaded once."""
    jars = folder / sha256(POM.read_bytes()).hexdigest()[:12]
    if jars.is_dir():
        return jars
    if (maven := shutil.which("mvn")) is None:
        sys.exit("Apache Kafka's jars are fetched by Maven: install it (no `mvn` found)")
    unfinished = jars.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run([*command, f"-DoutputDirectory={unfinished}"], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Maven could not fetch Apache Kafka's jars:\n{done.stdout[-2000:]}")
    return unfinished.rename(jars)


def start_java(jars: Path, words: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    """Run a class of Apache Kafka's; what it says goes to the end of `log`."""
    with log.open("ab") as output:
        command = [java(), *JVM_OPTIONS, "-cp", f"{jars}/*", *words]
        return start_child(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


def new_cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")


@dataclass(frozen=True)
class Node:
    """One broker and controller."""

    number: int
    port: int
    controller_port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def voter(self) -> str:
        return f"{self.number}@127.0.0.1:{self.controller_port}"

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    def settings(self, voters: str, count: int) -> dict[str, object]:
        """What differs from Apache Kafka's defaults."""
        copies, enough = min(count, 3), 2 if count >= 3 else 1
        return {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.folder / "data",
            # A topic made by accident has another number of partitions; ours are made by `create_topics`.
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": enough,
            "offsets.topic.replication.factor": copies,
            # Two groups need no fifty partitions of offsets, and a broker is up sooner.
            "offsets.topic.num.partitions": 12,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
            # A first consumer starts at once instead of waiting three seconds for others.
            "group.initial.rebalance.delay.ms": 0,
        }


@dataclass
class Cluster:
    """`count` brokers on consecutive ports from `port`, their controllers 100 above; data and logs below `folder`."""

    folder: Path
    jars: Path
    port: int = 9092
    count: int = 1
    # What a test changes: settings of every broker, and words for the formatting of its storage.
    extra: Mapping[str, object] = field(default_factory=dict)
    format_options: Sequence[str] = ()
    running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def nodes(self) -> list[Node]:
        return [
            Node(number, self.port + number - 1, self.port + 99 + number, self.folder / f"node-{number}")
            for number in range(1, self.count + 1)
        ]

    def bootstrap_servers(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def prepare(self) -> None:
        """Write each broker's settings and format its storage where that has not been done."""
        voters = ",".join(node.voter for node in self.nodes)
        for node in self.nodes:
            node.folder.mkdir(parents=True, exist_ok=True)
            settings = {**node.settings(voters, self.count), **self.extra}
            lines = [f"{name}={value}" for name, value in settings.items()]
            node.properties.write_text("\n".join([*lines, ""]))
        formatting = [self._format(node) for node in self.nodes if not (node.folder / "data/meta.properties").exists()]
        if any(process.wait() for process in formatting):
            sys.exit(f"Apache Kafka could not format its storage: see the logs in {self.folder}")

    def _format(self, node: Node) -> "subprocess.Popen[bytes]":
        arguments = ["format", "-t", self._cluster_id(), "-c", str(node.properties), *self.format_options]
        return start_java(self.jars, ["kafka.tools.StorageTool", *arguments], node.log)

    def _cluster_id(self) -> str:
        path = self.folder / "cluster.id"
        if not path.exists():
            path.write_text(new_cluster_id())
        return path.read_text()

    def start(self, number: int) -> None:
        """Start one broker; `ready` tells when the cluster has it."""
        node = self.nodes[number - 1]
        self.running[number] = start_java(self.jars, ["kafka.Kafka", str(node.properties)], node.log)

    def start_all(self) -> None:
        for node in self.nodes:
            self.start(node.number)

    def revive(self) -> dict[int, int]:
        """Start again what has ended; returns the exit codes by number."""
        ended = {number: code for number, process in self.running.items() if (code := process.poll()) is not None}
        for number in ended:
            self.start(number)
        return ended

    def ready(self) -> bool:
        """Whether every broker takes connections."""
        return all(answers(node.port) for node in self.nodes)

    def stop(self) -> None:
        """Ask all to end; those that wait for a lost quorum are killed, and recover their logs at the next start."""
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def run(cluster: Cluster) -> None:
    """Keep every broker running until Ctrl-C: one that ends, or is killed to see what happens, comes back."""
    try:
        cluster.prepare()
        cluster.start_all()
        wait_for(cluster)
        announce(cluster)
        while True:
            time.sleep(RESTART_SECONDS)
            for number, code in cluster.revive().items():
                print(f"broker {number} ended with {code} and was started again", flush=True)
    except KeyboardInterrupt:
        print("stopping Apache Kafka", flush=True)
    finally:
        cluster.stop()


def wait_for(cluster: Cluster) -> None:
    """Return once every broker takes connections; a broker that cannot start ends the program."""
    deadline = time.monotonic() + START_SECONDS
    while not cluster.ready():
        ended = any(process.poll() is not None for process in cluster.running.values())
        if ended or time.monotonic() > deadline:
            sys.exit(f"Apache Kafka did not start: see {cluster.folder}/node-*/broker.log")
        time.sleep(0.2)


def announce(cluster: Cluster) -> None:
    replicas = " TOPIC_REPLICATION_FACTOR=3 TOPIC_MIN_INSYNC_REPLICAS=2" if cluster.count >= 3 else ""
    print(
        f"Apache Kafka is ready on {cluster.bootstrap_servers()} (data in {cluster.folder}; Ctrl-C stops it)\n"
        f"  KAFKA_BOOTSTRAP_SERVERS={cluster.bootstrap_servers()}{replicas} make run",
        flush=True,
    )


def require_free_ports(cluster: Cluster) -> None:
    for node in cluster.nodes:
        for port in (node.port, node.controller_port):
            if answers(port):
                sys.exit(f"port {port} is in use: choose another with KAFKA_PORT (now {cluster.port})")


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    parser = argparse.ArgumentParser(prog="apache_kafka", description="Apache Kafka on 127.0.0.1, in the foreground.")
    parser.add_argument("--brokers", type=int, default=1, choices=(1, 3))
    parser.add_argument("--port", type=int, default=9092, help="of the first broker (default 9092)")
    parser.add_argument("--folder", type=Path, default=ROOT / ".shop", help="where jars and data are kept")
    options = parser.parse_args()
    for stop_signal in (signal.SIGINT, signal.SIGTERM):  # SIGINT, too: started in the background it is ignored
        signal.signal(stop_signal, interrupt)
    java()
    jars = resolve_jars(options.folder / "kafka-libs")
    # A cluster of another size has other voters, and so data of its own.
    cluster = Cluster(options.folder / "kafka" / f"{options.brokers}", jars, options.port, options.brokers)
    require_free_ports(cluster)
    run(cluster)


if __name__ == "__main__":
    main()
