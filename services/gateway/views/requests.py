"""What a view reads from a request."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from services.gateway.models import User

MAIN = "main"  # the id of the element that holds a page's own content


class PageRequest(HttpRequest):
    """A request as HtmxMiddleware leaves it."""

    htmx: HtmxDetails


class ShopperRequest(PageRequest):
    """A request of somebody who is signed in."""

    user: User


def wants_fragment(request: PageRequest) -> bool:
    """Whether htmx asks for a part; what is to replace all of `<main>` is taken out of the whole page."""
    return bool(request.htmx) and request.htmx.target != MAIN


def is_poll(request: HttpRequest) -> bool:
    """Whether a live part of a page asks again by itself."""
    return "poll" in request.GET


def poll_number(request: HttpRequest) -> int:
    """How often this page has asked already."""
    number = request.GET.get("poll", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0


def local_path(request: HttpRequest, wanted: str | None, default: str) -> str:
    """Where a form wants to return to, if that is a page of this shop."""
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(default)


def page_path(request: HttpRequest) -> str:
    """The page that the visitor looks at: a form was sent from it, and a poll is not a page of its own."""
    if request.method == "POST":
        referrer = urlsplit(local_path(request, request.headers.get("Referer"), "gateway:catalogue"))
        return f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return request.path if is_poll(request) else request.get_full_path()


def return_path(request: PageRequest) -> str:
    """The page to come back to after signing in."""
    if not request.htmx:
        return page_path(request)
    try:
        return urlsplit(request.htmx.current_url or "/").path
    except ValueError:  # a header may hold anything
        return "/"
