"""Request middleware that the three services share."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver

from services.common.http.metrics import observe
from services.common.http.problems import problem_response
from services.messaging.sql import is_of_the_database
from services.messaging.trace import begin_trace

logger = structlog.get_logger(__name__)

BODY_LIMIT = 65_536
API, CATALOGUE = "/api/v1/", ("/api/v1/products", "/api/v1/categories")
QUIET_PATHS = ("/livez", "/readyz", "/metrics", "/static/")

# Beside what Django's own middleware sends: no page of ours embeds others, is embedded, or asks for a device.
BROWSER_POLICY = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
    ),
}

Next = Callable[[HttpRequest], HttpResponseBase]


class RequestLogMiddleware:
    """Binds a trace to the request (W3C `traceparent`, taken over or begun) and logs one line without body or query.

    The answer names the trace as `X-Request-Id`.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trace_id = begin_trace(request.headers.get("traceparent"))
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(trace=trace_id):
            response = self.get_response(request)
            seconds = time.monotonic() - started
            observe(request, response, seconds)
            if not request.path.startswith(QUIET_PATHS):
                milliseconds = round(seconds * 1000, 1)
                logger.info(
                    "request", method=request.method, path=request.path, status=response.status_code, ms=milliseconds
                )
        response["X-Request-Id"] = trace_id
        return response


class BrowserPolicyMiddleware:
    """Tells browsers with every answer, static files too, what no page of ours needs."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in BROWSER_POLICY.items():
            response[name] = value
        return response


class NoStoreMiddleware:
    """Tells browsers and proxies to keep no answer of the API but the catalogue's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(API) and not request.path.startswith(CATALOGUE):
            response["Cache-Control"] = "no-store"
        return response


class BodyLimitMiddleware:
    """Refuses a body over 64 KiB (413) and one that does not say its length (411), before anything reads it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.headers.get("Transfer-Encoding"):
            return problem_response(request, 411, "length-required", "Send a Content-Length.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
            return problem_response(request, 413, "body-too-large", "A body may have at most 64 KiB.")
        return self.get_response(request)


class DatabaseAwayMiddleware:
    """Answers 503, by the project's `handler503`, where the own database is lost, full or busy; logs one line of it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """What a view raised; everything else is a server error."""
        if not is_of_the_database(error):
            return None
        logger.warning(
            "the database does not answer", action="database_away", path=request.path, error=str(error).strip()
        )
        response: HttpResponseBase = get_resolver().resolve_error_handler(503)(request)
        response["Retry-After"] = "1"
        return response
