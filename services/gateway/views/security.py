"""A user's own keys: the password, the browsers that are signed in, the tokens of programs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from services.common.http.lockout import turn
from services.gateway.forms import ChangePasswordForm
from services.gateway.use_cases import access
from services.gateway.viewmodels.security import (
    Keys,
    SecurityPage,
    password_changed,
    session_ended,
    signed_out_everywhere,
    token_revoked,
    wrong_password,
)
from services.gateway.views.decorators import sign_in_required
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import ShopperRequest, wants_fragment


def remember_sign_in(request: HttpRequest, **_: Any) -> None:
    """A receiver of Django's signal, so that a sign-in to the admin is in the list, too."""
    access.remember_browser(request.session, request.headers.get("User-Agent", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_required
def security(request: ShopperRequest) -> HttpResponse:
    """The list of sessions and tokens, and the form for another password; a POST changes it."""
    is_sent = request.method == "POST"
    form = ChangePasswordForm(request.POST if is_sent else None)
    if is_sent and form.is_valid() and change_password(request, form):
        messages.success(request, password_changed())
        return redirect_to(request, "gateway:security")
    if wants_fragment(request):
        return render_fragment(request, "keys", keys_of(request), header=True)
    page = SecurityPage.of(form, keys_of(request))
    return render_page(request, "security", page, status=422 if is_sent else 200)


def keys_of(request: ShopperRequest) -> Keys:
    sessions = access.sessions_of(request.user, current=request.session.session_key)
    return Keys.of(sessions, access.tokens_of(request.user))


def change_password(request: ShopperRequest, form: ChangePasswordForm) -> bool:
    """Whether it was changed; else the form says why. Wrong passwords count as those of a sign-in do."""
    user, typed = request.user, form.cleaned_data
    if authenticate(request, username=user.get_username(), password=typed["current"]) is None:
        form.add_error("current", wrong_password())
        return False
    try:
        with turn():
            access.change_password(user, typed["password"])
    except ValidationError as error:
        form.add_error("password", error)
        return False
    update_session_auth_hash(request, user)  # this browser stays, under another key
    return True


@require_POST
@sign_in_required
def end_session(request: ShopperRequest, handle: str) -> HttpResponse:
    """Sign one browser out."""
    if access.end_session(request.user, handle):
        messages.success(request, session_ended())
    return redirect_to_keys()


@require_POST
@sign_in_required
def revoke_token(request: ShopperRequest, handle: str) -> HttpResponse:
    """Let one program in no longer."""
    if access.revoke_token(request.user, handle):
        messages.success(request, token_revoked())
    return redirect_to_keys()


def redirect_to_keys() -> HttpResponse:
    """The page of keys; htmx follows the redirect by itself and gets the fragment."""
    return HttpResponseRedirect(resolve_url("gateway:security"), status=303)


@require_POST
@sign_in_required
def sign_out_everywhere(request: ShopperRequest) -> HttpResponse:
    """End every session and token, this session as well."""
    request.user.sign_out_everywhere()
    logout(request)
    messages.success(request, signed_out_everywhere())
    return redirect_to(request, "gateway:catalogue")
