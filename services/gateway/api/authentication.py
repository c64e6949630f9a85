"""Who calls the REST API: the holder of a token, never of a session cookie."""

import knox.auth
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
