"""TLS, SASL and the rights of docs/kafka.md, on Apache Kafka."""

import subprocess

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from services.common.messaging import SECURITY
from services.embedded.ports import free_port
from services.messaging.conf import configuration
from services.messaging.kafka.publisher import Publisher
from services.messaging.kafka.subscription import Subscription
from services.messaging.kafka.topics import TopicsNotReady, check_topics, create_topics
from tests.support.backing_services import wait_until
from tests.support.configure import configure

TOPICS = {"orders": ("outbox", "inbox"), "payments": ("inbox", "outbox")}
PASSWORD = "a-password"


@pytest.fixture
def secured(started, kafka_folder, kafka_port):
    """A broker that takes the services over SASL_SSL alone, and allows nothing by default."""
    secure_port = free_port()
    store, certificate = make_certificate(kafka_folder)
    extra = {
        "listeners": f"PLAINTEXT://127.0.0.1:{kafka_port},CONTROLLER://127.0.0.1:{kafka_port + 100},"
        f"SECURE://127.0.0.1:{secure_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{kafka_port},SECURE://127.0.0.1:{secure_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.location": store,
        "ssl.keystore.password": PASSWORD,
        "ssl.keystore.type": "PKCS12",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    users = [f"--add-scram=SCRAM-SHA-512=[name={name},password={PASSWORD}]" for name in TOPICS]
    with started("secured", kafka_port, extra=extra, format_options=users) as cluster:
        allow(AdminClient({"bootstrap.servers": cluster.bootstrap_servers()}))
        yield cluster.bootstrap_servers(), f"127.0.0.1:{secure_port}", certificate


def make_certificate(folder):
    store, certificate = folder / "broker.p12", folder / "broker.pem"
    common = ["-keystore", str(store), "-storepass", PASSWORD, "-alias", "broker"]
    made = ["-genkeypair", "-keyalg", "RSA", "-dname", "CN=broker", "-ext", "SAN=ip:127.0.0.1", "-storetype", "PKCS12"]
    subprocess.run(["keytool", *made, *common], check=True, capture_output=True)
    subprocess.run(
        ["keytool", "-exportcert", "-rfc", "-file", str(certificate), *common], check=True, capture_output=True
    )
    return store, certificate


def allow(admin):
    """The table of docs/kafka.md."""
    rights = []
    for user, (sends_to, receives_from) in TOPICS.items():
        rights += [
            (user, ResourceType.TOPIC, sends_to, AclOperation.WRITE),
            (user, ResourceType.TOPIC, sends_to, AclOperation.DESCRIBE),
            (user, ResourceType.TOPIC, receives_from, AclOperation.READ),
            (user, ResourceType.TOPIC, receives_from, AclOperation.DESCRIBE),
            (user, ResourceType.GROUP, user, AclOperation.READ),
        ]
    bindings = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation, AclPermissionType.ALLOW)
        for user, kind, name, operation in rights
    ]
    for future in admin.create_acls(bindings).values():
        future.result()


def use(settings, service, address, security):
    sends_to, receives_from = TOPICS[service]
    configure(settings, SERVICE=service, SENDS={"*": sends_to}, RECEIVES=[receives_from])
    configure(settings, KAFKA_BOOTSTRAP_SERVERS=address, KAFKA_SECURITY=security, KAFKA_PROFILE="kafka")
    configure(settings, TOPIC_PARTITIONS=1, TOPIC_REPLICATION_FACTOR=1)
    configure(settings, TOPIC_MIN_INSYNC_REPLICAS=1, TOPIC_RETENTION_MS=3_600_000)


def publish(topic):
    """Publish one message, and return the publisher once its fate is known."""
    publisher = Publisher()
    publisher.publish((1, 1), topic=topic, key="ann", value=b"{}", headers=[])

    def known():
        publisher.poll(0.1)
        return publisher.confirmed or publisher.unroutable or publisher.broken

    wait_until(known, seconds=30, what="an answer")
    return publisher


def receive(topic):
    subscription = Subscription([topic], on_assign=lambda _: None, on_revoke=lambda _: None)
    records = []
    wait_until(lambda: records.extend(subscription.poll(0.5, 10)) or records, seconds=30, what="the message")
    subscription.close()
    return records


def test_services_work_over_tls_and_sasl_with_their_own_rights_alone(secured, settings):
    plain, secure, certificate = secured
    use(settings, "orders", plain, {})
    create_topics()  # by an operator, who may

    values = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}
    values |= {"KAFKA_SASL_PASSWORD": PASSWORD, "KAFKA_SSL_CA": str(certificate)}

    def security(user, **changes):
        given = {**values, "KAFKA_SASL_USERNAME": user, **changes}
        return {SECURITY[name]: value for name, value in given.items()}

    for service in TOPICS:
        use(settings, service, secure, security(service))
        check_topics(configuration().topics)
        assert publish(TOPICS[service][0]).confirmed
    for service in TOPICS:
        use(settings, service, secure, security(service))
        assert [record.value for record in receive(TOPICS[service][1])] == [b"{}"]
        refused = publish(TOPICS[service][1])
        assert (refused.confirmed, refused.broken) == ([], None)
        [(_, topic, why)] = refused.unroutable
        assert (topic, "authorization" in why.lower()) == (TOPICS[service][1], True)

    use(settings, "orders", secure, security("orders", KAFKA_SASL_PASSWORD="another"))
    with pytest.raises(TopicsNotReady, match="does not answer"):
        check_topics(["outbox"])
