import shutil
from contextlib import contextmanager

import pytest

from services.embedded.apache_kafka import Cluster, resolve_jars
from services.embedded.ports import free_port, is_free
from tests.backing_services import wait_until


@pytest.fixture(scope="session")
def kafka_folder(tmp_path_factory):
    """A folder with Apache Kafka's jars, as `make kafka` keeps them."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"Apache Kafka needs {program}")
    folder = tmp_path_factory.mktemp("kafka")
    resolve_jars(folder / "kafka-libs")
    return folder


@pytest.fixture
def kafka_port():
    """The first of three free ports whose neighbours 100 above, the controllers', are free, too."""
    wanted = (0, 1, 2, 100, 101, 102)
    return next(port for port in iter(free_port, None) if all(is_free(port + step) for step in wanted))


@pytest.fixture
def started(kafka_folder):
    """Starts a cluster and stops it at the end of the block."""

    @contextmanager
    def start(name, port, **options):
        cluster = Cluster(kafka_folder / name, resolve_jars(kafka_folder / "kafka-libs"), port, **options)
        cluster.prepare()
        cluster.start_all()
        try:
            wait_until(cluster.ready, seconds=60, what="Apache Kafka")
            yield cluster
        finally:
            cluster.stop()

    return start
