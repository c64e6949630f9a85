"""Settings of messaging; a project adds SENDS_TO, RECEIVES_FROM, SENDING_KEYS, RECEIVING_KEYS and MESSAGE_HANDLERS."""

from services.common import env

OUTBOX_TOPIC = env.text("OUTBOX_TOPIC", "outbox")
INBOX_TOPIC = env.text("INBOX_TOPIC", "inbox")
KAFKA_BOOTSTRAP_SERVERS = env.text("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
KAFKA_PROFILE = env.text("KAFKA_PROFILE", "kafka")  # or "embedded": see services/messaging/kafka.py
TOPIC_PARTITIONS = env.integer("TOPIC_PARTITIONS", 12)
TOPIC_REPLICATION_FACTOR = env.integer("TOPIC_REPLICATION_FACTOR", 1)
TOPIC_MIN_INSYNC_REPLICAS = env.integer("TOPIC_MIN_INSYNC_REPLICAS", 1)
TOPIC_RETENTION_MS = env.integer("TOPIC_RETENTION_MS", 7 * 24 * 3600 * 1000)

RELAY_BATCH_SIZE = env.integer("RELAY_BATCH_SIZE", 500)
CONSUMER_BATCH_SIZE = env.integer("CONSUMER_BATCH_SIZE", 500)

# Messages are for inspection only once they are sent or processed; what must last for ever is in business tables.
PRUNE_SENT_AFTER_DAYS = env.integer("PRUNE_SENT_AFTER_DAYS", 7)
PRUNE_PROCESSED_AFTER_DAYS = env.integer("PRUNE_PROCESSED_AFTER_DAYS", 30)
PRUNE_STEP = env.integer("PRUNE_STEP", 1000)


def signing_keys(name: str) -> dict[str, bytes]:
    """`id:key,id:key` by id; the first signs, all are accepted, so that a key can be rotated."""
    pairs = (pair.partition(":") for pair in env.secret(name).split(","))
    return {key_id.strip(): key.strip().encode() for key_id, _, key in pairs}


# Where a worker's probe listens; containers set 0.0.0.0.
PROBE_HOST = env.text("PROBE_HOST", "127.0.0.1")
# The tests' throw-away server saves its disk; nothing else may.
ALLOW_UNSAFE_DATABASE = env.flag("EMBEDDED") and env.flag("ALLOW_UNSAFE_DATABASE")

# TLS and SASL, handed to librdkafka as they are; unset means plain text.
KAFKA_SECURITY_VARIABLES = {
    "KAFKA_SECURITY_PROTOCOL": "security.protocol",
    "KAFKA_SASL_MECHANISM": "sasl.mechanism",
    "KAFKA_SASL_USERNAME": "sasl.username",
    "KAFKA_SASL_PASSWORD": "sasl.password",
    "KAFKA_SSL_CA": "ssl.ca.location",
    "KAFKA_SSL_CERTIFICATE": "ssl.certificate.location",
    "KAFKA_SSL_KEY": "ssl.key.location",
}
KAFKA_SECURITY = {
    name: env.text(variable) for variable, name in KAFKA_SECURITY_VARIABLES.items() if variable in env.values()
}
