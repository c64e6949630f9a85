"""What the OpenAPI document says of problems and of the token."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse

from services.common.http.problems import CONTENT_TYPE, ProblemSerializer

MEANINGS = {
    400: "The request is not valid; `errors` says why, by field.",
    401: "A valid token is needed.",
    403: "For staff alone.",
    404: "There is no such thing, or it is another user's.",
    409: "`price-changed` with the new `total`, or the same key is being worked on (`Retry-After`).",
    422: "The idempotency key was used with another body.",
    503: "A service that is needed does not answer; see `Retry-After`.",
}


def with_problems(good: dict[int, Any], *problems: int) -> dict[Any, Any]:
    """The responses of an operation: the good ones, and problems by their status."""
    refusals = {
        (status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=MEANINGS[status]) for status in problems
    }
    return {**good, **refusals}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the OpenAPI document, so that Swagger's "Authorize" takes a token."""

    target_class = "services.gateway.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
