import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from services.common.env import ROOT
from services.embedded.children import start_child
from services.messaging.kafka.topics import create_topics
from tests.support.backing_services import stop, wait_until
from tests.support.configure import configure

COMMAND = [sys.executable, "-m", "services.embedded.apache_kafka"]


def run(*options, **environment):
    return subprocess.run(
        [*COMMAND, *options], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("environment", [{"PATH": "/nowhere", "JAVA_HOME": ""}, {"JAVA_HOME": "/nowhere"}])
def test_missing_java_is_one_clear_line(environment):
    done = run(**environment)
    assert done.returncode == 1
    assert done.stderr == "Apache Kafka needs Java 17 or newer: install one (no `java` found)\n"


def test_missing_maven_is_one_clear_line(tmp_path, kafka_folder):
    java = os.path.realpath(next(f"{path}/java" for path in os.get_exec_path() if os.path.exists(f"{path}/java")))
    done = run(f"--folder={tmp_path}", PATH="/nowhere", JAVA_HOME=os.path.dirname(os.path.dirname(java)))
    assert done.returncode == 1
    assert done.stderr == "Apache Kafka's jars are fetched by Maven: install it (no `mvn` found)\n"


def test_busy_port_is_one_clear_line(kafka_folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(f"--folder={kafka_folder}", f"--port={port}")
    assert done.returncode == 1
    assert done.stderr == f"port {port} is in use: choose another with KAFKA_PORT (now {port})\n"


@pytest.fixture
def foreground(kafka_folder, kafka_port, tmp_path):
    """Starts the command, and returns once it says that it is ready."""
    started = []

    def start():
        output = tmp_path / f"output-{len(started)}"
        with output.open("wb") as file:
            command = [*COMMAND, f"--folder={kafka_folder}", f"--port={kafka_port}"]
            started.append(start_child(command, cwd=ROOT, stdout=file, stderr=file))
        wait_until(lambda: "is ready on" in output.read_text(), seconds=60, what="Apache Kafka", every=0.1)
        return started[-1]

    yield start
    for process in started:
        stop(process, signal.SIGTERM)


def test_ctrl_c_stops_within_ten_seconds_and_data_stays(foreground, kafka_port):
    client = {"bootstrap.servers": f"127.0.0.1:{kafka_port}", "allow.auto.create.topics": True}
    process = foreground()
    admin = AdminClient(client)
    admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result()
    producer = Producer(client)
    producer.produce("kept", b"still here")
    assert producer.flush(10) == 0

    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert process.wait(15) == 0
    assert time.monotonic() - began < 10

    foreground()
    consumer = Consumer({**client, "group.id": "test", "auto.offset.reset": "earliest"})
    consumer.subscribe(["kept", "never-made"])
    found = []
    wait_until(lambda: found.append(consumer.poll(1)) or is_message(found[-1]), seconds=30, what="the message")
    consumer.close()
    assert found[-1].value() == b"still here"
    assert "never-made" not in admin.list_topics(timeout=10).topics


def test_broker_dates_what_is_sent_to_our_topics_whatever_time_its_sender_states(foreground, kafka_port, settings):
    foreground()
    servers = f"127.0.0.1:{kafka_port}"
    topics = {"SENDS": {"*": "dated"}, "RECEIVES": ["dated"], "TOPIC_PARTITIONS": 1}
    configure(settings, KAFKA_PROFILE="kafka", KAFKA_SECURITY={}, KAFKA_BOOTSTRAP_SERVERS=servers, **topics)
    create_topics()
    stamps, before = [], time.time() * 1000
    producer = Producer({"bootstrap.servers": servers})
    producer.produce("dated", timestamp=1_000, on_delivery=lambda error, message: stamps.append(message.timestamp()))
    assert producer.flush(10) == 0
    [(kind, milliseconds)] = stamps
    assert kind == TIMESTAMP_LOG_APPEND_TIME
    assert before - 1 <= milliseconds <= time.time() * 1000


def is_message(found):
    return found is not None and found.error() is None
