"""All that a project of one's own must set; it sends to itself, so one service is enough."""

import os
from urllib.parse import urlsplit

SECRET_KEY = os.environ["SECRET_KEY"]
USE_TZ = True
_url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.removeprefix("/"),
        "USER": _url.username,
        "PASSWORD": _url.password,
        "HOST": _url.hostname,
        "PORT": _url.port,
    }
}
INSTALLED_APPS = ["services.messaging", "parcels"]

MESSAGING = {
    "SERVICE": "parcels",
    "SENDS": {"*": os.environ["TOPIC"]},
    "RECEIVES": [os.environ["TOPIC"]],
    "KEYS": {os.environ["TOPIC"]: {"k1": os.environ["PARCELS_SIGNING_KEY"].encode()}},
    "KAFKA_BOOTSTRAP_SERVERS": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "KAFKA_PROFILE": os.environ.get("KAFKA_PROFILE", "kafka"),
    "ALLOW_UNSAFE_DATABASE": "ALLOW_UNSAFE_DATABASE" in os.environ,
}
