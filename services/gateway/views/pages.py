"""What every page needs: rendering, redirects, and an answer where a service rests."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from services.gateway import carts
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.models import User
from services.gateway.viewmodels.layout import Layout, Visitor
from services.gateway.viewmodels.trouble import TroublePage

THEME_COOKIE = "shop_theme"
MAIN = "main"  # the id of the element that holds a page's own content


class PageRequest(HttpRequest):
    """A request as HtmxMiddleware leaves it."""

    htmx: HtmxDetails


class ShopperRequest(PageRequest):
    """A request of somebody who is signed in."""

    user: User


R = TypeVar("R", bound=PageRequest)
View = Callable[..., HttpResponse]


def wants_fragment(request: PageRequest) -> bool:
    """Whether htmx asks for a part; what is to replace all of `<main>` is taken out of the whole page."""
    return bool(request.htmx) and request.htmx.target != MAIN


def layout_of(request: HttpRequest) -> Layout:
    user = request.user if isinstance(request.user, User) else None
    name, staff = (user.username, user.is_staff) if user else ("", False)
    return Layout.of(
        Visitor(username=name, is_staff=staff, cart_count=carts.count(request)),
        theme=request.COOKIES.get(THEME_COOKIE, ""),
        path=page_path(request),
        search=request.GET.get("q", "")[:100],
        messages=[(str(message), message.tags) for message in messages.get_messages(request)],
        admins=settings.ADMIN_URLS,
    )


def page(request: HttpRequest, template: str, view_model: Any, *, status: int = 200) -> HttpResponse:
    """A whole page."""
    context = {"page": view_model, "layout": layout_of(request)}
    response = render(request, f"gateway/{template}.html", context, status=status)
    return headed(request, response)


def fragment(request: HttpRequest, template: str, view_model: Any, *, header: bool = False) -> HttpResponse:
    """A part of a page; with `header`, the cart's badge and toasts travel along."""
    context: dict[str, Any] = {"page": view_model, "fragment": f"gateway/_{template}.html" if template else ""}
    if header:
        context["layout"] = layout_of(request)
    return headed(request, render(request, "gateway/fragment.html", context))


def headed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One address has two bodies, whole and fragment; and what is somebody's own is stored nowhere."""
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if isinstance(request.user, User) or request.path != resolve_url("gateway:catalogue"):
        add_never_cache_headers(response)
    return response


def toasts(request: HttpRequest) -> HttpResponse:
    """Nothing but the toasts and the cart's badge."""
    return fragment(request, "", None, header=True)


def go(request: PageRequest, to: str, *arguments: Any, query: str = "") -> HttpResponse:
    """Lead the browser to another page, whether it or htmx asked."""
    url = resolve_url(to, *arguments) + (f"?{query}" if query else "")
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url, status=303)


def local_path(request: HttpRequest, wanted: str | None, default: str) -> str:
    """Where a form wants to return to, if that is a page of this shop."""
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(default)


def shop_page(view: Callable[..., HttpResponse]) -> View:
    """Answers kindly where an upstream is silent or refuses; what no one foresaw stays an exception."""

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *args, **options)
        except UpstreamUnavailable as silence:
            return resting(request, silence.service)
        except UpstreamRefused as refusal:
            if refusal.status in (400, 404):
                raise Http404 from refusal
            if refusal.status in (409, 429):
                return page(request, "trouble", TroublePage.busy(), status=429)
            raise

    return wrapper


def resting(request: PageRequest, service: str) -> HttpResponse:
    """The page of a service that does not answer; a poll of a live part just hears nothing new."""
    if request.htmx and "poll" in request.GET:
        return HttpResponse(status=204)
    trouble = TroublePage.resting(service, page_path(request))
    if wants_fragment(request):
        messages.error(request, trouble.title)
        response = toasts(request)
        response["HX-Reswap"] = "none"
        return response
    response = page(request, "trouble", trouble, status=503)
    response["Retry-After"] = "5"
    return response


def signed_in(view: Callable[..., HttpResponse]) -> View:
    """Asks visitors to sign in first and brings them back."""

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **options: Any) -> HttpResponse:
        if isinstance(request.user, User):
            return view(request, *args, **options)
        return go(request, "gateway:login", query=urlencode({"next": return_path(request)}))

    return wrapper


def return_path(request: PageRequest) -> str:
    return urlsplit(request.htmx.current_url or "/").path if request.htmx else page_path(request)


def page_path(request: HttpRequest) -> str:
    """The page that the visitor looks at: a form was sent from it, and a poll is not a page of its own."""
    if request.method == "POST":
        referrer = urlsplit(local_path(request, request.headers.get("Referer"), "gateway:catalogue"))
        return f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return request.path if "poll" in request.GET else request.get_full_path()
