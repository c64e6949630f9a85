"""What a view answers: a page, a part of one, or the way to another."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from services.gateway.models import User
from services.gateway.use_cases import carts
from services.gateway.viewmodels.layout import Layout, Viewer
from services.gateway.viewmodels.trouble import TroublePage
from services.gateway.views.requests import PageRequest, page_path
from services.gateway.views.session_cart import visitor_of

THEME_COOKIE = "shop_theme"


def render_page(request: HttpRequest, template: str, view_model: Any, *, status: int = 200) -> HttpResponse:
    """A whole page; its template knows the view-model as `page`."""
    context = {"page": view_model, "layout": layout_of(request)}
    return with_cache_headers(request, render(request, f"gateway/{template}.html", context, status=status))


def render_fragment(request: HttpRequest, template: str, view_model: Any, *, header: bool = False) -> HttpResponse:
    """A part of a page; its template knows the view-model as `part`.

    With `header`, the cart's badge and toasts travel along.
    """
    context = {"part": view_model, "template": f"gateway/_{template}.html"}
    if header:
        context["layout"] = layout_of(request)
    return with_cache_headers(request, render(request, "gateway/fragment.html", context))


def render_toasts(request: HttpRequest) -> HttpResponse:
    """Nothing but the toasts and the cart's badge."""
    return with_cache_headers(request, render(request, "gateway/_out_of_band.html", {"layout": layout_of(request)}))


def redirect_to(request: PageRequest, to: str, *arguments: Any, query: str = "") -> HttpResponse:
    """Lead the browser to another page, whether it or htmx asked."""
    url = resolve_url(to, *arguments) + (f"?{query}" if query else "")
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url, status=303)


def render_too_fast(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page for who comes again too soon."""
    response = render_page(request, "trouble", TroublePage.busy(), status=429)
    response["Retry-After"] = str(seconds)
    return response


def with_cache_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One address has two bodies, whole and fragment; and what is somebody's own is stored nowhere."""
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if isinstance(request.user, User) or request.path != resolve_url("gateway:catalogue"):
        add_never_cache_headers(response)
    return response


def layout_of(request: HttpRequest) -> Layout:
    user = request.user if isinstance(request.user, User) else None
    name, staff = (user.username, user.is_staff) if user else ("", False)
    return Layout.of(
        Viewer(username=name, is_staff=staff, cart_count=carts.count(visitor_of(request))),
        theme=request.COOKIES.get(THEME_COOKIE, ""),
        path=page_path(request),
        search=request.GET.get("q", "")[:100],
        messages=[(str(message), message.tags) for message in messages.get_messages(request)],
        admins=settings.ADMIN_URLS,
    )
