"""Settings of the gateway: the web shop, the public REST API, users."""

from datetime import timedelta

from services.common import env, messaging
from services.common.settings import *

SERVICE_NAME = "gateway"
SECRET_KEY = secret_key("GATEWAY_SECRET_KEY")
ROOT_URLCONF = "gateway_proj.urls"
WSGI_APPLICATION = "gateway_proj.wsgi.application"
DATABASES = {"default": env.database("GATEWAY_DATABASE_URL")}
INSTALLED_APPS = [app for app in COMMON_APPS if app != "django.contrib.sessions"]
INSTALLED_APPS += ["django_htmx", "knox", "services.gateway"]
MIDDLEWARE = [*MIDDLEWARE, "django_htmx.middleware.HtmxMiddleware"]
AUTH_USER_MODEL = "gateway.User"
LOGIN_URL = "gateway:login"
LOGIN_REDIRECT_URL = "gateway:catalogue"
CSRF_FAILURE_VIEW = "services.gateway.views.errors.form_expired"
LOCALE_PATHS = [BASE_DIR / "services" / "gateway" / "locale"]  # the shop's own words before Django's
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
LANGUAGE_COOKIE_HTTPONLY = True
SESSION_ENGINE = "services.gateway.models"  # sessions that know their user; Django's own app has its own table
SESSION_COOKIE_NAME = cookie("shop_session")
CSRF_COOKIE_NAME = cookie("shop_csrf")
SPECTACULAR_SETTINGS = {**SPECTACULAR_SETTINGS, "TITLE": "Shop"}

REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_AUTHENTICATION_CLASSES": ["services.gateway.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["services.gateway.api.throttling.UserThrottle"],
    "EXCEPTION_HANDLER": "services.gateway.api.errors.exception_handler",
}
REGISTRATIONS_A_MINUTE = env.integer("REGISTRATIONS_A_MINUTE", 120)  # from one address
REQUESTS_A_SECOND = env.integer("REQUESTS_A_SECOND", 200)  # of one user, on the average of ten seconds
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": timedelta(days=30)}

# It has no messages: these are its chores alone.
MESSAGING = {
    **messaging.from_environment(SERVICE_NAME),
    "CHORES": {
        "services.common.chores.clear_sessions": 600,
        "services.common.chores.clear_throttles": 600,
        "services.gateway.chores.clear_tokens": 600,
        "services.gateway.chores.clear_carts": 600,
    },
}

ORDERS_URL = env.text("ORDERS_URL", "http://127.0.0.1:8001")
PAYMENTS_URL = env.text("PAYMENTS_URL", "http://127.0.0.1:8002")
# Who gives points for orders that are paid, outside the shop; empty: nobody.
POINTS_URL = env.text("POINTS_URL", "")
POINTS_TOKEN = env.secret("POINTS_TOKEN", "")
ORDERS_TOKEN_KEY = token_keys("GATEWAY_TO_ORDERS_TOKEN_KEY")[0]
PAYMENTS_TOKEN_KEY = token_keys("GATEWAY_TO_PAYMENTS_TOKEN_KEY")[0]
# Of one process, to each upstream; fewer than its threads, so that a hung upstream leaves some for the rest.
UPSTREAM_CALLS_AT_ONCE = env.integer("UPSTREAM_CALLS_AT_ONCE", 6)
# Where a browser finds the admins; staff see links to them.
ADMIN_URLS = {
    "gateway": "/admin/",
    "orders": env.text("ORDERS_ADMIN_URL", f"http://localhost:{env.integer('ORDERS_PORT', 8001)}/admin/"),
    "payments": env.text("PAYMENTS_ADMIN_URL", f"http://localhost:{env.integer('PAYMENTS_PORT', 8002)}/admin/"),
}
