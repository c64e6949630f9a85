"""DRF authentication of orders and payments: the caller comes from the service token alone."""

from django.conf import settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from services.common.tokens import Caller, Errand, InvalidToken, verify


class ServiceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <service token>`; `request.user` is a `Caller`. A bad token is 401."""

    def authenticate(self, request: Request) -> tuple[Caller, str] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        try:
            caller = verify(
                token.strip(),
                keys=settings.SERVICE_TOKEN_KEYS,
                audience=settings.SERVICE_NAME,
                errand=Errand(str(request.method), request._request.path_info),
                by_hand=settings.EMBEDDED,  # for the Swagger pages of a shop on one's own machine
            )
        except InvalidToken:
            raise AuthenticationFailed("The service token is not valid here.") from None
        return caller, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
