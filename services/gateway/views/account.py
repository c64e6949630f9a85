"""The account: open it, look at it, bring money in."""

import uuid

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.payments import PaymentsClient
from services.gateway.clients.points import points_of
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import TopUpForm
from services.gateway.models import User
from services.gateway.use_cases.top_up import NotToppedUp, ToppedUp, settle, top_up
from services.gateway.viewmodels.account import (
    AccountPage,
    TopUp,
    account_opened,
    form_used_already,
    not_sent,
    top_up_refused,
    topped_up,
)
from services.gateway.viewmodels.layout import Balance
from services.gateway.views.decorators import sign_in_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import PageRequest, ShopperRequest

PAGE_SIZE = 10


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
    payments = upstreams_for(request.user).payments
    if request.method == "POST":
        return bring_in(request, payments)
    return look(request, payments, TopUpForm(initial={"amount": request.GET.get("amount", "")[:20]}))


def look(request: ShopperRequest, payments: PaymentsClient, form: TopUpForm, status: int = 200) -> HttpResponse:
    """A top-up that is still open is settled before the page offers a form."""
    earlier = settle(request.user.id, payments=payments)
    return tell(request, earlier) if earlier else show(request, payments, form, status)


def show(request: ShopperRequest, payments: PaymentsClient, form: TopUpForm, status: int) -> HttpResponse:
    found = payments.find_account()
    if found is None:
        return render_page(request, "account", AccountPage.none())
    entries = payments.entries(cursor=request.GET.get("cursor", ""), page_size=PAGE_SIZE)
    page = AccountPage.of(found, entries, TopUp.of(form, key_of(form)), points_of(request.user.id))
    return render_page(request, "account", page, status=status)


@require_POST
@upstream_errors_as_pages
@sign_in_required
def open_account(request: ShopperRequest) -> HttpResponse:
    """Open the shopper's one account; again, it stays the same."""
    if upstreams_for(request.user).payments.open_account().created:
        messages.success(request, account_opened())
    return redirect_to(request, "gateway:account")


def bring_in(request: ShopperRequest, payments: PaymentsClient) -> HttpResponse:
    """Bring money in, once for each form that was shown."""
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return look(request, payments, form, 422)
    key, amount = form.cleaned_data["key"], form.cleaned_data["amount"]
    outcome = top_up(request.user.id, payments=payments, key=key, amount=amount)
    if isinstance(outcome, ToppedUp) and (outcome.key, outcome.deposit.amount.amount) != (key, amount):
        messages.warning(request, not_sent())
    return tell(request, outcome)


def tell(request: ShopperRequest, outcome: ToppedUp | NotToppedUp) -> HttpResponse:
    """Say how it ended, and show a new form with a new key."""
    match outcome:
        case ToppedUp():
            messages.success(request, topped_up(outcome.deposit, replayed=outcome.replayed))
        case NotToppedUp.KEY_OF_ANOTHER_DEPOSIT:
            messages.error(request, form_used_already())
        case NotToppedUp.REFUSED:
            messages.error(request, top_up_refused())
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
