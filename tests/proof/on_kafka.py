"""`python -m tests.proof.on_kafka`: the tests of messaging once more, on Apache Kafka."""

import os
import subprocess
import sys

from tests.support.apache_kafka import apache_kafka


def main():
    with apache_kafka(1) as cluster:
        environment = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers()}
        command = [sys.executable, "-m", "pytest", "-q", "tests/messaging"]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
