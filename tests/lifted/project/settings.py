"""All that a project of one's own must set; it sends to itself, so one service is enough."""

from services.common import env
from services.messaging.settings import *

SECRET_KEY = env.secret("SECRET_KEY")
USE_TZ = True
DATABASES = {"default": env.database("DATABASE_URL")}
INSTALLED_APPS = ["services.messaging", "parcels"]

SERVICE_NAME = "parcels"  # the consumer group, and the source that messages state
SENDS_TO = RECEIVES_FROM = OUTBOX_TOPIC
SENDING_KEYS = RECEIVING_KEYS = signing_keys("PARCELS_SIGNING_KEYS")
MESSAGE_HANDLERS = "parcels.handlers.HANDLERS"
CHORES = {"services.messaging.operating.prune.prune_messages": 5}
