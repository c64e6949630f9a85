"""DRF's throttle of the API."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from services.gateway.models import User
from services.gateway.use_cases.throttles import count_request

if TYPE_CHECKING:  # DRF imports its defaults, and so this module, while it imports its views
    from rest_framework.views import APIView


class UserThrottle(BaseThrottle):
    """Refuses (429, `Retry-After`) a user's request beyond what a client may ask in ten seconds."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        self._seconds = count_request(request.user.id) if isinstance(request.user, User) else 0
        return not self._seconds

    def wait(self) -> float:
        return self._seconds
