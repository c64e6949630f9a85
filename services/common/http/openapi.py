"""What drf-spectacular cannot know by itself."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from services.common.http.problems import CONTENT_TYPE, ProblemSerializer

MEANINGS = {
    400: "The request is not valid; `errors` says why, by field.",
    401: "A valid token is needed.",
    403: "For staff alone.",
    404: "There is no such thing, or it is another user's.",
    409: "`price-changed` with the new `total`, or the same key is being worked on (`Retry-After`).",
    413: "The body has more than 64 KiB.",
    415: "The body is not JSON.",
    422: "The idempotency key was used with another body.",
    429: "There were too many attempts; see `Retry-After`.",
    503: "A service that is needed does not answer; see `Retry-After`.",
}


def answers(bodies: Mapping[int, Any], *problems: int) -> dict[Any, Any]:
    """The responses of an operation: the good bodies, then problems as `application/problem+json`.

    A status of `problems` has the plain problem; one from 400 among the bodies has that body.
    """
    good = {status: body for status, body in bodies.items() if status < HTTPStatus.BAD_REQUEST}
    refusals = {
        **dict.fromkeys(problems, ProblemSerializer),
        **{s: body for s, body in bodies.items() if s not in good},
    }
    told = {
        (status, CONTENT_TYPE): OpenApiResponse(body, description=MEANINGS[status])
        for status, body in sorted(refusals.items())
    }
    return {**good, **told}


HEADERS = {
    "X-Request-Id": {"schema": {"type": "string"}, "description": "The trace id, by which operators find the request."},
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until another try makes sense."},
}
RETRIED = ("409", "429", "503")
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[201], description="Where what was made is found."
)

ACCEPTED_LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="Where the outcome is found."
)


def describe_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: the headers that every answer has, and those of answers to try again."""
    result["components"]["headers"] = HEADERS
    operations = (each for path in result["paths"].values() for each in path.values())
    for status, response in (pair for operation in operations for pair in operation["responses"].items()):
        names = ["X-Request-Id", *(["Retry-After"] if status in RETRIED else [])]
        response.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in names})
    return result


class InputExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says that a body with another field is refused."""

    target_class = "services.common.http.fields.InputSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        return {**schema, "additionalProperties": False}


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the OpenAPI document, so that Swagger's "Authorize" takes a token."""

    target_class = "services.common.http.authentication.ServiceTokenAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
