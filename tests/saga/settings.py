"""Orders and payments in one process and one database, over one topic: for stepping through their flow in any order.

The code of both services, their handlers, watchdog and re-arm are the real ones; only the walls between are gone.
"""

from orders_proj.settings import *  # noqa: F403
from orders_proj.settings import COMMON_APPS, MESSAGING

SERVICE_NAME = "saga"
INSTALLED_APPS = [*COMMON_APPS, "services.messaging", "services.orders", "services.payments"]
ROOT_URLCONF = "services.common.http.urls"
MESSAGING = {
    **MESSAGING,
    "SENDS": {"*": "saga"},
    "RECEIVES": ["saga"],
    "KEYS": {"saga": {"k1": b"saga"}},
    "TOPIC_PARTITIONS": 3,
}
