"""Apache Kafka for a test or a program: free ports, and an end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from services.common.env import ROOT
from services.embedded.apache_kafka import Cluster, resolve_jars
from services.embedded.ports import free_port, is_free
from tests.support.backing_services import end_in_order_on_sigterm, wait_until

# Three brokers on consecutive ports, and their controllers 100 above.
WANTED = (0, 1, 2, 100, 101, 102)


def first_port() -> int:
    """The first of three free ports whose neighbours 100 above, the controllers', are free, too."""
    return next(port for port in iter(free_port, None) if all(is_free(port + step) for step in WANTED))


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, from its first connection to the end of the block."""
    cluster.prepare()
    cluster.start_all()
    try:
        wait_until(cluster.ready, seconds=60, what="Apache Kafka")
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def apache_kafka(count: int, *, advertised_port: int | None = None) -> Iterator[Cluster]:
    """A new cluster of so many brokers, all of them registered; its data goes with it.

    The clients of a single broker may come over a proxy, whose port it advertises.
    """
    end_in_order_on_sigterm()
    extra = {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{advertised_port}"} if advertised_port else {}
    jars = resolve_jars(ROOT / ".shop" / "kafka-libs")
    with (
        tempfile.TemporaryDirectory(prefix="shop-kafka-") as folder,
        running(Cluster(Path(folder), jars, first_port(), count=count, extra=extra)) as cluster,
    ):
        admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers(), "log_level": 0})
        # A broker takes connections before the cluster counts on it, and three copies need three.
        wait_until(lambda: registered(admin) == count, seconds=60, what="all brokers registered", every=0.2)
        yield cluster


def registered(admin: AdminClient) -> int:
    try:
        return len(admin.list_topics(timeout=5).brokers)
    except KafkaException:
        return 0
