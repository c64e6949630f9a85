"""The checkout: one cart, one key, one order."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.payments import PaymentsClient
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Money
from services.gateway.forms import CheckoutForm
from services.gateway.use_cases.checkout import NotOrdered, Ordered, order_cart, review
from services.gateway.viewmodels.checkout import (
    BalanceCheck,
    CheckoutPage,
    being_placed,
    cart_changed,
    ordered_already,
    price_changed,
    unknown_outcome,
)
from services.gateway.viewmodels.parts import Notice
from services.gateway.views.decorators import sign_in_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_page
from services.gateway.views.requests import ShopperRequest
from services.gateway.views.session_cart import hand_over_cart


@require_http_methods(["GET", "HEAD", "POST"])
@upstream_errors_as_pages
@sign_in_required
def checkout(request: ShopperRequest) -> HttpResponse:
    """Show what will be ordered, or order it."""
    hand_over_cart(request, request.user)
    return order(request) if request.method == "POST" else show(request)


def show(request: ShopperRequest, notice: Notice | None = None, status: int = 200) -> HttpResponse:
    """The items at today's prices; where they cannot be ordered, the cart's own page says why."""
    upstreams = upstreams_for(request.user)
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


def order(request: ShopperRequest) -> HttpResponse:
    """Order exactly the cart that was shown; a form sent again leads to the order it made."""
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return show(request, cart_changed(), 409)
    outcome = order_cart(
        request.user.id,
        orders=upstreams_for(request.user).orders,
        key=form.cleaned_data["key"],
        expected_total=Money(form.cleaned_data["amount"], form.cleaned_data["currency"]),
    )
    if isinstance(outcome, Ordered):
        return redirect_to(request, "gateway:order", outcome.order_id)
    return explain(request, outcome)


def explain(request: ShopperRequest, reason: NotOrdered) -> HttpResponse:
    """Say why nothing was ordered, beside what could be; where nobody knows, the same form settles it."""
    match reason:
        case NotOrdered.UNKNOWN:
            messages.error(request, unknown_outcome())
            return redirect_to(request, "gateway:checkout")
        case NotOrdered.KEY_OF_ANOTHER_ORDER:
            messages.error(request, ordered_already())
            return redirect_to(request, "gateway:orders")
        case NotOrdered.PRICE_CHANGED:
            return show(request, price_changed(), 409)
        case NotOrdered.IN_PROGRESS:
            return show(request, being_placed(), 409)
        case NotOrdered.CART_CHANGED:
            return show(request, cart_changed(), 409)
