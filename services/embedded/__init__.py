"""PostgreSQL, a broker that speaks Kafka's protocol, and the processes of the shop, for `make run` and the tests."""
