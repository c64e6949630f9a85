"""Wrong passwords: ten lock an account for an address, a hundred lock the address, in all forms and APIs alike."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver
from django.utils.translation import gettext_lazy as _

from services.common.http.problems import Problem, problem_response
from services.common.throttle import Limit, forget, give_back

OF_ACCOUNT = Limit(tries=10, window=timedelta(minutes=5), lock=timedelta(minutes=5))
OF_ADDRESS = Limit(tries=100, window=timedelta(minutes=10), lock=timedelta(minutes=5))
# A hash takes a core for a tenth of a second: so many at once leave one for everybody else.
HASHES_AT_ONCE = 2
SECONDS_FOR_A_TURN = 3.0

_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


class LockedOut(Problem):
    """Too many wrong passwords, or too many at once (429)."""

    def __init__(self, seconds: int) -> None:
        detail = _("Too many attempts. Try again later.")
        super().__init__(429, "too-many-requests", str(detail), headers={"Retry-After": str(seconds)})


class GuardedBackend(ModelBackend):
    """Counts a password before it looks at it, so that many at once are no more than one after the other.

    Who is asked for, and whether there is such a user, changes nothing of the answer or its time.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **options: Any
    ) -> AbstractBaseUser | None:
        """The user; None for a wrong password. Raises `LockedOut`."""
        address = address_of(request)
        account = (address, (username or "").casefold())
        if address:
            count(account)
        with turn():
            user = super().authenticate(request, username, password, **options)
        if user and address:
            forget("account", *account)
            give_back("address", address)
        return user


def count(account: tuple[str, str]) -> None:
    if seconds := OF_ACCOUNT.take("account", *account) or OF_ADDRESS.take("address", account[0]):
        raise LockedOut(seconds)


@contextmanager
def turn() -> Iterator[None]:
    """One of the turns to hash a password, within some seconds; raises `LockedOut` where there is none."""
    if not _turns.acquire(timeout=SECONDS_FOR_A_TURN):
        raise LockedOut(1)
    try:
        yield
    finally:
        _turns.release()


def address_of(request: HttpRequest | None) -> str:
    """The client's address: what the trusted proxy in front has seen, if there is one; "" outside of a request."""
    if request is None:
        return ""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or "proxy"
    return str(request.META.get("REMOTE_ADDR", ""))


class LockedOutMiddleware:
    """Answers `LockedOut` outside the API: a page at the gateway, else a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """What a view raised; everything else is somebody else's."""
        if not isinstance(error, LockedOut):
            return None
        response: HttpResponseBase = get_resolver().resolve_error_handler(429)(request)
        response["Retry-After"] = error.headers["Retry-After"]
        return response


def too_many_requests(request: HttpRequest) -> HttpResponseBase:
    """The project's `handler429` where no page is shown."""
    return problem_response(request, 429, "too-many-requests", str(_("Too many attempts. Try again later.")))
