"""Who calls the REST API: the holder of a token, never of a session cookie."""

import knox.auth
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from services.gateway.models import User


class TokenAuthentication(knox.auth.TokenAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer <token>`; bytes that no token has are refused like any wrong token."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isascii() or b"\0" in token:
            raise AuthenticationFailed()
        user, auth_token = super().authenticate_credentials(token)
        return user, auth_token


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the OpenAPI document, so that Swagger's "Authorize" takes a token."""

    target_class = "services.gateway.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
