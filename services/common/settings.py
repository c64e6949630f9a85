"""Settings that the three projects share: safe for production, or a refusal to start."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from services.common import env
from services.common.logging import logging_config
from services.common.secrets import check

BASE_DIR = env.ROOT
VERSION = "0.1.0"

EMBEDDED = env.flag("EMBEDDED")
HTTPS_ONLY = env.flag("HTTPS_ONLY", not EMBEDDED)
DEBUG = env.flag("DEBUG")
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [*LOCAL_HOSTS, "testserver"] if EMBEDDED else LOCAL_HOSTS)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

COMMON_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "services.common",
]
MIDDLEWARE = [
    "services.common.http.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "services.common.http.middleware.BrowserPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "services.common.http.middleware.NoStoreMiddleware",
    "services.common.http.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "services.common.http.middleware.DatabaseAwayMiddleware",
    "services.common.http.lockout.LockedOutMiddleware",
]
AUTHENTICATION_BACKENDS = ["services.common.http.lockout.GuardedBackend"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

CURRENCY = env.text("CURRENCY", "RUB")
# Requests of one process that wait for an order to be final (`Prefer: wait=N`); half of its threads.
WAITING_AT_ONCE = env.integer("WAITING_AT_ONCE", 4)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = EMBEDDED  # a clone needs no collectstatic; a container has run it
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
BEHIND_PROXY = env.flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads it
X_FRAME_OPTIONS = "DENY"
# Plain HTTP is the operator's own choice (HTTPS_ONLY=0); these checks would only repeat it.
SILENCED_SYSTEM_CHECKS = (
    []
    if HTTPS_ONLY
    else ["security.W004", "security.W008", "security.W011", "security.W012", "security.W016", "security.W021"]
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536

SELF = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["services.common.http.authentication.ServiceTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["services.common.http.permissions.IsUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["services.common.http.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "services.common.http.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "VERSION": VERSION,
    "SERVERS": [{"url": "/", "description": "The server that was asked."}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "services.common.http.openapi.describe_headers",
    ],
}

LOGGING = logging_config(json=env.text("LOG_FORMAT", "plain" if EMBEDDED else "json") == "json")


def cookie(name: str) -> str:
    """The cookie's name; over HTTPS with the prefix by which a browser takes it from this very host alone."""
    return f"__Host-{name}" if HTTPS_ONLY else name


def secret_key(name: str) -> str:
    """The secret; outside the embedded mode one that may be known, or is used twice, refuses to start."""
    value = env.secret(name)
    if not EMBEDDED:
        check(name, value)
    return value


def token_keys(name: str) -> list[str]:
    """The secret as `key,key`: the first signs, all are accepted, so that a key can be rotated. Refuses as above."""
    keys = [key.strip() for key in env.secret(name).split(",")]
    if not all(keys) or len(set(keys)) < len(keys):
        raise ImproperlyConfigured(f"{name} must look like key,key, each key once")
    if not EMBEDDED:
        for number, key in enumerate(keys, start=1):
            check(name if len(keys) == 1 else f"{name} ({number})", key)
    return keys


if not EMBEDDED and (DEBUG or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("DEBUG=1 and ALLOWED_HOSTS=* are refused outside the embedded mode")
