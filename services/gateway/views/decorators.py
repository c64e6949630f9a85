"""What surrounds a view: who may see it, and what is shown where an upstream is silent or refuses."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import resolve_url

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.models import Attempt, User
from services.gateway.use_cases.attempts import OutcomeUnknown
from services.gateway.use_cases.throttles import count_request
from services.gateway.viewmodels.trouble import TroublePage
from services.gateway.views.rendering import redirect_to, render_page, render_toasts, render_too_fast
from services.gateway.views.requests import PageRequest, ShopperRequest, is_poll, page_path, return_path, wants_fragment

View = Callable[..., HttpResponse]


def upstream_errors_as_pages(view: View) -> View:
    """Answers kindly where an upstream is silent, refuses or leaves an outcome open; the rest stays an exception."""

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *args, **options)
        except UpstreamUnavailable as silence:
            return unavailable(request, silence.service)
        except OutcomeUnknown as unknown:
            return not_known_yet(request, unknown)
        except UpstreamRefused as refusal:
            if refusal.status in (400, 404):
                raise Http404 from refusal
            if refusal.status in (409, 429):
                return render_page(request, "trouble", TroublePage.busy(), status=429)
            raise

    return wrapper


def unavailable(request: PageRequest, service: str) -> HttpResponse:
    """The page of a service that does not answer; a poll of a live part just hears nothing new."""
    if request.htmx and is_poll(request):
        return HttpResponse(status=204)
    trouble = TroublePage.unavailable(service, page_path(request))
    if wants_fragment(request):
        messages.error(request, trouble.title)
        response = render_toasts(request)
        response["HX-Reswap"] = "none"
        return response
    response = render_page(request, "trouble", trouble, status=503)
    response["Retry-After"] = "5"
    return response


def not_known_yet(request: PageRequest, unknown: OutcomeUnknown) -> HttpResponse:
    """The page that asks again until the outcome is known; until then it offers nothing else."""
    if request.htmx and is_poll(request):
        return HttpResponse(status=204)
    trouble = {
        Attempt.Kind.ORDER: TroublePage.order_unknown(unknown.money, resolve_url("gateway:checkout")),
        Attempt.Kind.DEPOSIT: TroublePage.top_up_unknown(unknown.money, resolve_url("gateway:account")),
    }[unknown.kind]
    return render_page(request, "trouble", trouble, status=202)


def sign_in_required(view: View) -> View:
    """Asks visitors to sign in first and brings them back; who is signed in may ask only so often."""

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **options: Any) -> HttpResponse:
        if isinstance(request.user, User):
            seconds = count_request(request.user.id)
            return render_too_fast(request, seconds) if seconds else view(request, *args, **options)
        return redirect_to(request, "gateway:login", query=urlencode({"next": return_path(request)}))

    return wrapper


def staff_required(view: View) -> View:
    """Asks visitors to sign in first; refuses (403) who is no member of staff."""

    @wraps(view)
    def wrapper(request: ShopperRequest, *args: Any, **options: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **options)

    return sign_in_required(wrapper)
