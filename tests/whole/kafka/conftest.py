import shutil

import pytest

from services.embedded.apache_kafka import Cluster, resolve_jars
from tests.support.apache_kafka import first_port, running


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
    return first_port()


@pytest.fixture
def started(kafka_folder):
    """Starts a cluster and stops it at the end of the block."""

    def start(name, port, **options):
        return running(Cluster(kafka_folder / name, resolve_jars(kafka_folder / "kafka-libs"), port, **options))

    return start
