"""Messaging alone in a project: nothing of the shop is installed, and the ring sends to itself."""

import os
import secrets
from urllib.parse import urlsplit

import structlog

# Its default writes every local variable of every traceback, and takes most of the time of a test of failures.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()])

SECRET_KEY = secrets.token_hex()
USE_TZ = True
ROOT_URLCONF = "tests.messaging.urls"
STATIC_URL = "static/"
_url = urlsplit(os.environ["ORDERS_DATABASE_URL"])  # whose role may make databases named after it
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.removeprefix("/"),
        "USER": _url.username,
        "PASSWORD": _url.password,
        "HOST": _url.hostname,
        "PORT": _url.port,
        "TEST": {"NAME": "test_orders_messaging"},
    }
}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "services.messaging",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

KEYS = {"k1": b"ring-key"}
MESSAGING = {
    "SERVICE": "ring",
    "SOURCE": "urn:example:ring",
    "SENDS": {"*": "ring"},
    "RECEIVES": ["ring"],
    "KEYS": {"ring": KEYS},
    "UNHANDLED": "keep",
    "TOPIC_PARTITIONS": 4,
    "KAFKA_BOOTSTRAP_SERVERS": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "KAFKA_PROFILE": os.environ.get("KAFKA_PROFILE", "kafka"),
    "ALLOW_UNSAFE_DATABASE": "ALLOW_UNSAFE_DATABASE" in os.environ,
    "FAULT": os.environ.get("FAULT", ""),
}
