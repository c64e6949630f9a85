"""Apache Kafka under the storm: its broker is killed, or of three one is killed, each restarted, one cut off."""

import signal
import threading
import time
from contextlib import suppress

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.support.backing_services import wait_until

# Longer than the 9 s of silence after which the controller gives a broker's partitions to the others.
CUT_SECONDS = 12.0
IN_SYNC_SECONDS = 90.0


class Brokers:
    """Faults of the brokers, one at a time: each ends once every partition has all its copies in sync again."""

    def __init__(self, cluster, topic):
        self.cluster = cluster
        self.topic = topic
        self.admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers(), "log_level": 0})
        self._turn = threading.Lock()

    def kill_leader(self):
        """`kill -9` of a broker that leads a partition of the topic."""
        with self._turn:
            self._restart(self._leader(), signal.SIGKILL)

    def roll(self):
        """Every broker ends in order and comes back before the next goes."""
        with self._turn:
            for number in list(self.cluster.running):
                self._restart(number, signal.SIGTERM)

    def cut_off(self):
        """The leader hears and says nothing for a while, and then believes that it leads still."""
        with self._turn:
            process = self.cluster.running[self._leader()]
            process.send_signal(signal.SIGSTOP)
            time.sleep(CUT_SECONDS)
            process.send_signal(signal.SIGCONT)
            self._wait_until_in_sync()

    def _restart(self, number, how):
        before = self.cluster.running[number]
        before.send_signal(how)
        wait_until(lambda: self.cluster.running[number] is not before, seconds=30, what=f"broker {number} started anew")
        self._wait_until_in_sync()

    def _leader(self):
        """Asked until it is told: a path may be silent."""
        found = []
        wait_until(lambda: self._ask_for_leader(found), seconds=IN_SYNC_SECONDS, what="who leads", every=0.3)
        return found[0]

    def _ask_for_leader(self, found):
        with suppress(KafkaException):
            found.append(self.admin.list_topics(self.topic, timeout=5).topics[self.topic].partitions[0].leader)
        return found

    def _wait_until_in_sync(self):
        wait_until(self._in_sync, seconds=IN_SYNC_SECONDS, what="all copies in sync", every=0.3)

    def _in_sync(self):
        try:
            topics = self.admin.list_topics(timeout=5).topics.values()
        except KafkaException:
            return False
        partitions = [partition for topic in topics for partition in topic.partitions.values()]
        missing = {len(each.replicas) - len(each.isrs) for each in partitions}
        return self.cluster.ready() and missing == {0}
