"""How refusals and silence of the upstreams reach a client of the REST API."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.response import Response

from services.common.http import problems
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.messaging.trace import current_trace_id

RETRY_SECONDS = "1"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """An upstream's refusal is passed on as it is; its silence is a 503; the rest as in every service."""
    if isinstance(error, UpstreamRefused):
        return refusal_response(error)
    if isinstance(error, UpstreamUnavailable):
        error = problems.Problem(
            503,
            "upstream-unavailable",
            _("A service that is needed for this does not answer. Try again soon."),
            headers={"Retry-After": RETRY_SECONDS},
            service=error.service,
        )
    return problems.exception_handler(error, context)


def refusal_response(refusal: UpstreamRefused) -> Response:
    headers = {"Retry-After": refusal.headers["Retry-After"]} if "Retry-After" in refusal.headers else {}
    body = {**refusal.body, "trace_id": current_trace_id()}
    return Response(body, refusal.status, headers=headers, content_type=problems.CONTENT_TYPE)


Handler = Callable[..., HttpResponseBase]


def problem_or_page(problem: Handler, page: Handler) -> Handler:
    """A handler for Django's `handler404` and its like: a problem under `/api/`, a page elsewhere."""

    def handler(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        chosen = problem if request.path.startswith("/api/") else page
        return chosen(request, *args, **options)

    return handler
