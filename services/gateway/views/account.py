"""The account: open it, look at it, bring money in."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import TopUpForm
from services.gateway.models import User
from services.gateway.viewmodels.account import AccountPage, TopUp
from services.gateway.viewmodels.formats import money
from services.gateway.viewmodels.layout import Balance
from services.gateway.viewmodels.parts import query_string
from services.gateway.views.pages import PageRequest, ShopperRequest, fragment, go, page, shop_page, signed_in

PAGE_SIZE = 10


def asked_form(request: ShopperRequest) -> TopUpForm:
    """A new form; one that was sent and not answered comes back by the address, with its key."""
    return TopUpForm(initial={"amount": request.GET.get("amount", "")[:20], "key": request.GET.get("key", "")})


def key_of(form: TopUpForm) -> uuid.UUID:
    """The form's key, or a new one where that is none."""
    try:
        return uuid.UUID(str(form["key"].value()))
    except ValueError:
        return uuid.uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
@signed_in
def account(request: ShopperRequest) -> HttpResponse:
    """Balance, top-up and entries, or the invitation to open an account; a POST brings money in."""
    if request.method == "POST":
        return top_up(request)
    return look(request, asked_form(request))


def look(request: ShopperRequest, form: TopUpForm, status: int = 200) -> HttpResponse:
    payments = upstreams_for(request).payments
    try:
        found = payments.account()
    except UpstreamRefused as refusal:
        if refusal.status != 404:
            raise
        return page(request, "account", AccountPage.none())
    entries = payments.entries(cursor=request.GET.get("cursor", ""), page_size=PAGE_SIZE)
    return page(request, "account", AccountPage.of(found, entries, TopUp.of(form, key_of(form))), status=status)


@require_POST
@shop_page
@signed_in
def open_account(request: ShopperRequest) -> HttpResponse:
    """Open the shopper's one account; again, it stays the same."""
    if upstreams_for(request).payments.open_account().created:
        messages.success(request, _("Your account is open."))
    return go(request, "gateway:account")


def top_up(request: ShopperRequest) -> HttpResponse:
    """Bring money in, once for each form that was shown."""
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return look(request, form, 422)
    key = str(form.cleaned_data["key"])
    try:
        made = upstreams_for(request).payments.deposit(form.cleaned_data["amount"], idempotency_key=key)
    except UpstreamRefused as refusal:
        return refused(request, refusal)
    except UpstreamUnavailable:
        messages.error(request, _("Payments did not answer. Press again: it cannot count twice."))
        return go(request, "gateway:account", query=query_string({"amount": form["amount"].value(), "key": key}))
    text = _("This top-up counts once: %(money)s") if made.replayed else _("Topped up: %(money)s")
    messages.success(request, text % {"money": money(made.deposit.amount)})
    return go(request, "gateway:account")


def refused(request: ShopperRequest, refusal: UpstreamRefused) -> HttpResponse:
    """Say why, and show a new form with a new key."""
    texts = {422: _("That form was used already, with another amount. Here is a new one.")}
    messages.error(request, texts.get(refusal.status, _("That top-up was refused. Your balance is as before.")))
    return go(request, "gateway:account")


@require_safe
def balance(request: PageRequest) -> HttpResponse:
    """The balance in the header: asked for apart, so that no page waits for payments."""
    if not isinstance(request.user, User):
        return fragment(request, "balance", Balance.none())
    try:
        found = Balance.of(money(upstreams_for(request).payments.account().balance))
    except UpstreamUnavailable:
        found = Balance.resting()
    except UpstreamRefused as refusal:
        if refusal.status != 404:
            raise
        found = Balance.none()
    return fragment(request, "balance", found)
