"""RFC 9457: every error of the API is an `application/problem+json` with one shape."""

from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotAuthenticated, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from services.common.http.problem_types import TYPES, address
from services.messaging.trace import current_trace_id

logger = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"


class ProblemSerializer(serializers.Serializer[Any]):
    """The shape of an error, for the OpenAPI document."""

    type = serializers.ChoiceField([address(slug) for slug in TYPES], help_text="Leads to a page that explains it.")
    title = serializers.CharField(help_text="The status's own phrase.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong with this request.")
    trace_id = serializers.CharField(help_text="Equal to `X-Request-Id`; operators find the request by it.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="By field, on 400."
    )


class Problem(APIException):
    """A refusal with its own type; `extra` members are added to the body, `headers` to the answer."""

    def __init__(
        self, status: int, slug: str, detail: str, *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        self.status_code = status
        self.slug = slug
        self.headers = headers or {}
        self.extra = extra
        super().__init__(detail, code=slug)


def problem_body(status: int, slug: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The members every problem has; `title` is the status's own phrase."""
    return {
        "type": address(slug),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "trace_id": current_trace_id(),
        **extra,
    }


def problem_response(_request: HttpRequest | None, status: int, slug: str, detail: str, **extra: Any) -> JsonResponse:
    """A problem outside DRF: from middleware and Django's own error handlers."""
    return JsonResponse(problem_body(status, slug, detail, **extra), status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn DRF's and our own refusals into problems; anything else stays an exception (logged, answered by 500)."""
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    status = response.status_code
    if isinstance(error, Problem):
        body = problem_body(status, error.slug, str(error.detail), **error.extra)
        for name, value in error.headers.items():
            response[name] = value
    elif isinstance(error, ValidationError):
        body = problem_body(status, "invalid", _("The request is not valid."), errors=flatten(error.detail))
    else:
        detail = error.detail if isinstance(error, APIException) else HTTPStatus(status).phrase
        body = problem_body(status, slug_of(error, status), str(detail))
    response.data = body
    response.content_type = CONTENT_TYPE
    return response


def slug_of(error: Exception, status: int) -> str:
    if isinstance(error, NotAuthenticated):
        return "unauthorized"
    return HTTPStatus(status).phrase.lower().replace(" ", "-")


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested errors by dotted path: `{"items.0.quantity": ["…"]}`."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, value in detail.items():
            key = prefix if name == api_settings.NON_FIELD_ERRORS_KEY and prefix else f"{prefix}.{name}".lstrip(".")
            found |= flatten(value, key)
        return found
    if isinstance(detail, list) and any(isinstance(each, dict | list) for each in detail):
        found = {}
        for index, value in enumerate(detail):
            found |= flatten(value, f"{prefix}.{index}".lstrip("."))
        return found
    messages = [str(each) for each in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "body": messages} if messages else {}


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler400 where no page is shown."""
    return problem_response(request, 400, "bad-request", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler403 where no page is shown."""
    return problem_response(request, 403, "forbidden", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler404 where no page is shown."""
    return problem_response(request, 404, "not-found", "There is nothing at this address.")


def unavailable(request: HttpRequest) -> JsonResponse:
    """Where the own database does not answer: asked again, the same request may be served."""
    return problem_response(request, 503, "unavailable", "The service cannot answer now. Try again soon.")


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500 where no page is shown; the cause is in the log alone."""
    return problem_response(request, 500, "server-error", "Something went wrong on our side.")
