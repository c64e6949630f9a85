"""Apache Kafka for a test: free ports, and an end."""

from contextlib import contextmanager

from services.embedded.ports import free_port, is_free
from tests.support.backing_services import wait_until

# Three brokers on consecutive ports, and their controllers 100 above.
WANTED = (0, 1, 2, 100, 101, 102)


def first_port():
    """The first of three free ports whose neighbours 100 above, the controllers', are free, too."""
    return next(port for port in iter(free_port, None) if all(is_free(port + step) for step in WANTED))


@contextmanager
def running(cluster):
    """The cluster, from its first connection to the end of the block."""
    cluster.prepare()
    cluster.start_all()
    try:
        wait_until(cluster.ready, seconds=60, what="Apache Kafka")
        yield cluster
    finally:
        cluster.stop()
