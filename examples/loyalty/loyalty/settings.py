"""Points for orders that were paid: a project of its own, which the shop does not know."""

import os
from urllib.parse import urlsplit

from exactly_once import PublicKey

SECRET_KEY = os.environ["LOYALTY_SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "loyalty.urls"
INSTALLED_APPS = ["exactly_once", "loyalty"]
USE_TZ = True

_url = urlsplit(os.environ["LOYALTY_DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.removeprefix("/"),
        "USER": _url.username,
        "PASSWORD": _url.password,
        "HOST": _url.hostname,
        "PORT": _url.port,
        "CONN_MAX_AGE": None,
    }
}

TOPIC = os.environ.get("INBOX_TOPIC", "inbox")  # to which payments sends what became of orders
FEED = {"url": os.environ["LOYALTY_FEED_URL"], "keys": {"k1": os.environ["LOYALTY_FEED_KEY"].encode()}}
MESSAGING = {
    "SERVICE": "loyalty",
    "RECEIVES": [TOPIC],
    "KEYS": {TOPIC: {"loyalty": PublicKey(os.environ["LOYALTY_PUBLIC_KEY"])}},
    "FEEDS": {TOPIC: FEED},
    "KAFKA_BOOTSTRAP_SERVERS": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "KAFKA_PROFILE": os.environ.get("KAFKA_PROFILE", "kafka"),
    "ALLOW_UNSAFE_DATABASE": "ALLOW_UNSAFE_DATABASE" in os.environ,  # of tests alone
}
# Who may ask for points.
TOKEN = os.environ["LOYALTY_TOKEN"]
