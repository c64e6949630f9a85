"""Who may do what in orders and payments, by the caller that the service token names."""

import uuid
from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from services.common.tokens import Caller

if TYPE_CHECKING:  # DRF imports its defaults, and so this module, while it imports its views
    from rest_framework.views import APIView


def caller_of(request: Request) -> Caller:
    """The verified caller; only behind one of the permissions below."""
    if not isinstance(request.user, Caller):
        raise NotAuthenticated()
    return request.user


def user_id_of(request: Request) -> uuid.UUID:
    """The user whom the caller speaks for; only behind `IsUser`."""
    user_id = caller_of(request).user_id
    if user_id is None:
        raise NotAuthenticated()
    return user_id


class HasServiceToken(BasePermission):
    """Any valid service token, one that names nobody, too."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Caller)


class IsUser(BasePermission):
    """A token that names a user."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Caller) and request.user.user_id is not None


class IsStaff(BasePermission):
    """A token that names a member of staff."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Caller) and request.user.is_staff
