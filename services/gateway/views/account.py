"""The account: open it, look at it, bring money in."""

import uuid

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import TopUpForm
from services.gateway.models import User
from services.gateway.viewmodels.account import (
    AccountPage,
    TopUp,
    account_opened,
    form_used_already,
    top_up_refused,
    top_up_unknown,
    topped_up,
)
from services.gateway.viewmodels.layout import Balance
from services.gateway.viewmodels.parts import query_string
from services.gateway.views.decorators import sign_in_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import PageRequest, ShopperRequest

PAGE_SIZE = 10


def form_from_address(request: ShopperRequest) -> TopUpForm:
    """A new form; one that was sent and not answered comes back by the address, with its key."""
    return TopUpForm(initial={"amount": request.GET.get("amount", "")[:20], "key": request.GET.get("key", "")})


def key_of(form: TopUpForm) -> uuid.UUID:
    """The form's key, or a new one where that is none."""
    try:
        return uuid.UUID(str(form["key"].value()))
    except ValueError:
        return uuid.uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
@upstream_errors_as_pages
@sign_in_required
def account(request: ShopperRequest) -> HttpResponse:
    """Balance, top-up and entries, or the invitation to open an account; a POST brings money in."""
    if request.method == "POST":
        return top_up(request)
    return show(request, form_from_address(request))


def show(request: ShopperRequest, form: TopUpForm, status: int = 200) -> HttpResponse:
    payments = upstreams_for(request.user).payments
    found = payments.find_account()
    if found is None:
        return render_page(request, "account", AccountPage.none())
    entries = payments.entries(cursor=request.GET.get("cursor", ""), page_size=PAGE_SIZE)
    return render_page(request, "account", AccountPage.of(found, entries, TopUp.of(form, key_of(form))), status=status)


@require_POST
@upstream_errors_as_pages
@sign_in_required
def open_account(request: ShopperRequest) -> HttpResponse:
    """Open the shopper's one account; again, it stays the same."""
    if upstreams_for(request.user).payments.open_account().created:
        messages.success(request, account_opened())
    return redirect_to(request, "gateway:account")


def top_up(request: ShopperRequest) -> HttpResponse:
    """Bring money in, once for each form that was shown."""
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return show(request, form, 422)
    key = str(form.cleaned_data["key"])
    try:
        made = upstreams_for(request.user).payments.deposit(form.cleaned_data["amount"], idempotency_key=key)
    except UpstreamRefused as refusal:
        return explain(request, refusal)
    except UpstreamUnavailable:
        messages.error(request, top_up_unknown())
        sent = query_string({"amount": form["amount"].value(), "key": key})
        return redirect_to(request, "gateway:account", query=sent)
    messages.success(request, topped_up(made.deposit, replayed=made.replayed))
    return redirect_to(request, "gateway:account")


def explain(request: ShopperRequest, refusal: UpstreamRefused) -> HttpResponse:
    """Say why, and show a new form with a new key."""
    messages.error(request, form_used_already() if refusal.status == 422 else top_up_refused())
    return redirect_to(request, "gateway:account")


@require_safe
def balance(request: PageRequest) -> HttpResponse:
    """The balance in the header: asked for apart, so that no page waits for payments."""
    return render_fragment(request, "balance", balance_of(request.user))


def balance_of(user: User | AnonymousUser) -> Balance:
    if not isinstance(user, User):
        return Balance.none()
    try:
        found = upstreams_for(user).payments.find_account()
    except UpstreamUnavailable:
        return Balance.unavailable()
    return Balance.of(found) if found else Balance.none()
