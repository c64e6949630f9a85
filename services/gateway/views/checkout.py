"""The checkout: one cart, one key, one order."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.payments import PaymentsClient
from services.gateway.clients.upstreams import Upstreams, upstreams_for
from services.gateway.dtos import Money
from services.gateway.forms import CheckoutForm
from services.gateway.use_cases.checkout import NotOrdered, Ordered, order_cart, review, settle
from services.gateway.use_cases.waiting import wait_until_final
from services.gateway.viewmodels.checkout import (
    BalanceCheck,
    CheckoutPage,
    cart_changed,
    not_sent,
    ordered_already,
    ordered_before,
    price_changed,
)
from services.gateway.viewmodels.parts import Notice
from services.gateway.views.decorators import sign_in_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_page
from services.gateway.views.requests import ShopperRequest
from services.gateway.views.session_cart import hand_over_cart

# The page after it then says that it is paid; most orders take a tenth of a second.
MOST_SECONDS_TO_PAY = 0.3


@require_http_methods(["GET", "HEAD", "POST"])
@upstream_errors_as_pages
@sign_in_required
def checkout(request: ShopperRequest) -> HttpResponse:
    """Show what will be ordered, or order it."""
    hand_over_cart(request, request.user)
    upstreams = upstreams_for(request.user)
    return order(request, upstreams) if request.method == "POST" else look(request, upstreams)


def look(
    request: ShopperRequest, upstreams: Upstreams, notice: Notice | None = None, status: int = 200
) -> HttpResponse:
    """An order that is still open is settled before the page says anything else."""
    earlier = settle(request.user.id, orders=upstreams.orders)
    return tell(request, upstreams, earlier) if earlier else show(request, upstreams, notice, status)


def show(request: ShopperRequest, upstreams: Upstreams, notice: Notice | None, status: int) -> HttpResponse:
    """The items at today's prices; where they cannot be ordered, the cart's own page says why."""
    found = review(request.user.id, orders=upstreams.orders)
    if found is None:
        if notice is not None:
            messages.error(request, notice.text)
        return redirect_to(request, "gateway:cart")
    balance_check = check_balance(upstreams.payments, found.cart.total)
    view_model = CheckoutPage.of(found.key, found.cart, balance_check, notice=notice)
    return render_page(request, "checkout", view_model, status=status)


def check_balance(payments: PaymentsClient, total: Money) -> BalanceCheck:
    try:
        account = payments.find_account()
    except UpstreamUnavailable:
        return BalanceCheck.unavailable()
    return BalanceCheck.of(account, total) if account else BalanceCheck.none()


def order(request: ShopperRequest, upstreams: Upstreams) -> HttpResponse:
    """Order exactly the cart that was shown; a form sent again leads to the order it made."""
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return look(request, upstreams, cart_changed(), 409)
    key = form.cleaned_data["key"]
    expected_total = Money(form.cleaned_data["amount"], form.cleaned_data["currency"])
    outcome = order_cart(request.user.id, orders=upstreams.orders, key=key, expected_total=expected_total)
    if isinstance(outcome, Ordered) and outcome.order_id:
        wait_until_final(outcome.order_id, request.user, MOST_SECONDS_TO_PAY)
    return tell(request, upstreams, outcome, pressed=key)


def tell(
    request: ShopperRequest, upstreams: Upstreams, outcome: Ordered | NotOrdered, pressed: uuid.UUID | None = None
) -> HttpResponse:
    """Lead to the order, or say why nothing was ordered, beside what could be."""
    match outcome:
        case Ordered(order_id=None):
            messages.error(request, ordered_already())
            return redirect_to(request, "gateway:orders")
        case Ordered():
            if outcome.key != pressed:
                messages.success(request, ordered_before())
                if pressed:
                    messages.warning(request, not_sent())
            return redirect_to(request, "gateway:order", outcome.order_id)
        case NotOrdered.PRICE_CHANGED:
            return show(request, upstreams, price_changed(), 409)
        case NotOrdered.CART_CHANGED:
            return show(request, upstreams, cart_changed(), 409)
