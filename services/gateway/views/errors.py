"""Pages for Django's own refusals; under `/api/` they are problems instead (see gateway_proj.urls)."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from services.gateway.viewmodels.trouble import TroublePage
from services.gateway.views.rendering import render_page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; nothing here asks who it is or by which host, for that may be what is wrong."""
    return HttpResponse(render_to_string("gateway/bare.html", {"page": TroublePage.bad_request()}), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render_page(request, "trouble", TroublePage.forbidden(), status=403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check, which may run before the visitor is known: nothing here asks who it is."""
    return HttpResponse(render_to_string("gateway/bare.html", {"page": TroublePage.expired()}), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render_page(request, "trouble", TroublePage.not_found(), status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429."""
    return render_page(request, "trouble", TroublePage.locked_out(), status=429)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the own database does not answer, and nothing here asks it."""
    return HttpResponse(render_to_string("gateway/bare.html", {"page": TroublePage.database_away()}), status=503)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: needs no database and no session, for these may be what broke."""
    return HttpResponse(render_to_string("gateway/bare.html", {"page": TroublePage.server_error()}), status=500)
