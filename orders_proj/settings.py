"""Settings of the orders service."""

from services.common import env, messaging
from services.common.settings import *

SERVICE_NAME = "orders"
SECRET_KEY = secret_key("ORDERS_SECRET_KEY")
ROOT_URLCONF = "orders_proj.urls"
WSGI_APPLICATION = "orders_proj.wsgi.application"
DATABASES = {"default": env.database("ORDERS_DATABASE_URL")}
INSTALLED_APPS = [*COMMON_APPS, "services.messaging", "services.orders"]
SESSION_COOKIE_NAME = cookie("orders_session")
CSRF_COOKIE_NAME = cookie("orders_csrf")
SPECTACULAR_SETTINGS = {**SPECTACULAR_SETTINGS, "TITLE": "Orders"}

SERVICE_TOKEN_KEYS = {"gateway": token_keys("GATEWAY_TO_ORDERS_TOKEN_KEY")}
AUDIT_TOKEN_KEY = token_keys("ORDERS_TO_PAYMENTS_TOKEN_KEY")[0]
PAYMENTS_URL = env.text("PAYMENTS_URL", "http://127.0.0.1:8002")

MESSAGING = {
    **messaging.from_environment(SERVICE_NAME),
    "SENDS": {"*": messaging.OUTBOX_TOPIC},
    "RECEIVES": [messaging.INBOX_TOPIC],
    "KEYS": messaging.key_rings(),
    "READERS": {messaging.OUTBOX_TOPIC: messaging.readers("OUTBOX_READERS")},
    "UNHANDLED": "keep",  # the two services know each other's messages: another type is somebody's mistake
    "CHORES": {
        "services.common.chores.clear_sessions": 600,
        "services.common.chores.clear_throttles": 600,
        "services.orders.chores.resend_unsettled": 1,
        "services.orders.chores.alert_staff": 5,
        "services.orders.chores.schedule_audit": 60,
        "services.orders.chores.run_audits": 1,
    },
}

# A lost task is sent again after FIRST seconds, then twice that, at most LONGEST; at most RATE a second.
EMBEDDED_BROKER = MESSAGING.get("KAFKA_PROFILE") == "embedded"
WATCHDOG_FIRST_SECONDS = env.integer("WATCHDOG_FIRST_SECONDS", 3 if EMBEDDED_BROKER else 30)
WATCHDOG_LONGEST_SECONDS = env.integer("WATCHDOG_LONGEST_SECONDS", 15 if EMBEDDED_BROKER else 600)
WATCHDOG_RATE = env.integer("WATCHDOG_RATE", 200)

AUDIT_EVERY_SECONDS = env.integer("AUDIT_EVERY_SECONDS", 3600)

# Who is told by mail of delayed orders; the log is told in any case.
ADMINS = [(address, address) for address in env.words("ALERT_EMAILS")]
MAIL = env.mail("EMAIL_URL")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL["EMAIL_HOST"]
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = MAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = MAIL["EMAIL_USE_SSL"]
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 5
