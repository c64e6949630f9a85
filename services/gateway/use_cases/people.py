"""People: they register, and sign in to the REST API."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from services.gateway.models import User
from services.gateway.names import is_of_one_script, is_reserved, look_alikes

MOST_TOKENS = 1000  # of one user


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token of the REST API; this is the only time it is seen in clear."""

    token: str
    expires_at: datetime


def register(*, username: str, password: str) -> User:
    """The new user; raises `ValidationError` by field where the name is taken or odd, or the password is weak."""
    user = User(username=User.normalize_username(username))
    errors: dict[str, list[str]] = {}
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        by_field = error.message_dict
        errors["username"] = [*by_field.pop("username", []), *by_field.pop(NON_FIELD_ERRORS, [])]
    if fault := fault_of(user.username):
        errors.setdefault("username", []).append(fault)
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        errors["password"] = error.messages
    if errors:
        raise ValidationError(errors)
    user.set_password(password)
    try:
        user.save(force_insert=True)
    except IntegrityError:  # somebody took the name since it was checked
        raise ValidationError({"username": [_("A user with that username already exists.")]}) from None
    return user


def fault_of(name: str) -> str:
    """Why people could not tell this name from another; "" where they can."""
    if not is_of_one_script(name):
        return _("Use letters of one alphabet.")
    if is_reserved(name):
        return _("This name is kept for the shop.")
    taken = User.objects.annotate(small=Lower("username")).filter(small__in=look_alikes(name))
    return _("This name looks like another one.") if taken.exists() else ""


def issue_token(user: User) -> IssuedToken:
    """A token for the REST API, valid for 30 days; expired ones and the oldest beyond a thousand go."""
    own = AuthToken.objects.filter(user=user)
    own.filter(expiry__lt=timezone.now()).delete()
    own.filter(digest__in=[*own.order_by("-created").values_list("digest", flat=True)[MOST_TOKENS - 1 :]]).delete()
    token, secret = AuthToken.objects.create(user)
    return IssuedToken(token=secret, expires_at=token.expiry)
