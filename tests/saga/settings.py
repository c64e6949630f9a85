"""Orders and payments in one process and one database, over one topic: for stepping through their flow in any order.

The code of both services, their handlers, watchdog and re-arm are the real ones; only the walls between are gone.
"""

from orders_proj.settings import *  # noqa: F403
from orders_proj.settings import COMMON_APPS, SENDING_KEYS

SERVICE_NAME = "saga"
INSTALLED_APPS = [*COMMON_APPS, "services.messaging", "services.orders", "services.payments"]
ROOT_URLCONF = "services.common.http.urls"
SENDS_TO = RECEIVES_FROM = "saga"
RECEIVING_KEYS = SENDING_KEYS
MESSAGE_HANDLERS = "tests.saga.business.HANDLERS"
TOPIC_PARTITIONS = 3
