"""What drf-spectacular cannot know by itself."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from services.common.http.problems import ProblemSerializer


def answers(bodies: Mapping[int, Any], *problems: int) -> dict[int, Any]:
    """The responses of an operation, ascending by status: these bodies, and a plain problem for each other status."""
    return dict(sorted({**bodies, **dict.fromkeys(problems, ProblemSerializer)}.items()))


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the OpenAPI document, so that Swagger's "Authorize" takes a token."""

    target_class = "services.common.http.authentication.ServiceTokenAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
