"""Who calls the REST API: the holder of a token, never of a session cookie."""

import knox.auth
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from services.gateway.models import User


class TokenAuthentication(knox.auth.TokenAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer <token>`; bytes that no token has are refused like any wrong token.

    One read by the primary key, the token's digest, however many tokens a user has; knox reads them all to find what
    has expired, which `issue_token` deletes.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isascii():
            raise AuthenticationFailed()
        try:
            digest = hash_token(token.decode())
        except (TypeError, ValueError):  # what no token looks like
            raise AuthenticationFailed() from None
        valid = AuthToken.objects.select_related("user").filter(digest=digest, expiry__gt=timezone.now())
        found = valid.first()
        if found is None:
            raise AuthenticationFailed()
        user, auth_token = self.validate_user(found)
        return user, auth_token


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the OpenAPI document, so that Swagger's "Authorize" takes a token."""

    target_class = "services.gateway.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
