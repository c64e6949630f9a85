# --- Apache Kafka without Docker -------------------------------------------------------------------------------------
BROKERS ?= 1
KAFKA_PORT ?= 9092

kafka: .venv ## a real Apache Kafka on 127.0.0.1:9092 in the foreground (BROKERS=3; Java 17+ and Maven)
	@exec .venv/bin/python -m services.embedded.apache_kafka --brokers $(BROKERS) --port $(KAFKA_PORT)

.PHONY: kafka
