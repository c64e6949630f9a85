"""Visitors: sign in, register, sign out, and how they like the shop to look."""

from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from services.common.http.lockout import address_of, turn
from services.gateway.forms import RegisterForm, SignInForm
from services.gateway.use_cases import people
from services.gateway.use_cases.throttles import count_registration
from services.gateway.viewmodels.layout import THEMES
from services.gateway.viewmodels.signing_in import SignInPage
from services.gateway.views.rendering import THEME_COOKIE, redirect_to, render_page, render_too_fast
from services.gateway.views.requests import PageRequest, local_path
from services.gateway.views.session_cart import hand_over_cart

A_YEAR = 31_536_000


def next_path(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next")
    return local_path(request, wanted, "gateway:catalogue")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: PageRequest) -> HttpResponse:
    """Sign in; the cart comes along."""
    if request.user.is_authenticated:
        return redirect_to(request, next_path(request))
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        login(request, user)
        hand_over_cart(request, user)
        return redirect_to(request, next_path(request))
    status = 422 if request.method == "POST" else 200
    return render_page(request, "sign_in", SignInPage.log_in(form, next_path(request)), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: PageRequest) -> HttpResponse:
    """Register and be signed in; the cart comes along."""
    if request.user.is_authenticated:
        return redirect_to(request, next_path(request))
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if seconds := count_registration(address_of(request)):
            return render_too_fast(request, seconds)
        try:
            with turn():
                user = people.register(**form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user)
            hand_over_cart(request, user)
            return redirect_to(request, next_path(request))
    status = 422 if request.method == "POST" else 200
    return render_page(request, "sign_in", SignInPage.register(form, next_path(request)), status=status)


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    """Sign out; the cart stays with the user."""
    logout(request)
    return redirect_to(request, "gateway:catalogue")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the visitor's choice of theme for a year."""
    response = HttpResponseRedirect(next_path(request), status=303)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
