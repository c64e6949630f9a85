"""Settings of the payments service."""

from services.common import env, messaging
from services.common.settings import *

SERVICE_NAME = "payments"
SECRET_KEY = secret_key("PAYMENTS_SECRET_KEY")
ROOT_URLCONF = "payments_proj.urls"
WSGI_APPLICATION = "payments_proj.wsgi.application"
DATABASES = {"default": env.database("PAYMENTS_DATABASE_URL")}
INSTALLED_APPS = [*COMMON_APPS, "services.messaging", "services.payments"]
SESSION_COOKIE_NAME = cookie("payments_session")
CSRF_COOKIE_NAME = cookie("payments_csrf")
SPECTACULAR_SETTINGS = {**SPECTACULAR_SETTINGS, "TITLE": "Payments"}

SERVICE_TOKEN_KEYS = {
    "gateway": token_keys("GATEWAY_TO_PAYMENTS_TOKEN_KEY"),
    "orders": token_keys("ORDERS_TO_PAYMENTS_TOKEN_KEY"),
}

MESSAGING = {
    **messaging.from_environment(SERVICE_NAME),
    "SENDS": {"*": messaging.INBOX_TOPIC},
    "RECEIVES": [messaging.OUTBOX_TOPIC],
    "KEYS": messaging.key_rings(),
    "READERS": {messaging.INBOX_TOPIC: messaging.readers("INBOX_READERS")},
    "UNHANDLED": "keep",  # the two services know each other's messages: another type is somebody's mistake
    "CHORES": {
        "services.common.chores.clear_sessions": 600,
        "services.common.chores.clear_throttles": 600,
    },
}
