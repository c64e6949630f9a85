"""The checkout: one cart, one key, one order."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from services.gateway import carts
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.payments import PaymentsClient
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Money
from services.gateway.forms import CheckoutForm
from services.gateway.models import Cart
from services.gateway.viewmodels.cart import total_of
from services.gateway.viewmodels.checkout import (
    CheckoutPage,
    Purse,
    cart_changed,
    price_changed,
    still_placing,
    unknown_outcome,
)
from services.gateway.viewmodels.parts import Notice
from services.gateway.views.cart import products_of
from services.gateway.views.pages import ShopperRequest, go, page, shop_page, signed_in

ANOTHER_ORDER_OF_THIS_KEY = 422


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
@signed_in
def checkout(request: ShopperRequest) -> HttpResponse:
    """Show what will be ordered, or order it."""
    cart = carts.find_cart(request)
    if request.method == "POST":
        return order_now(request, cart)
    return look(request, cart)


def look(request: ShopperRequest, cart: Cart | None, notice: Notice | None = None, status: int = 200) -> HttpResponse:
    """The items at today's prices; without any, the cart's own page says so."""
    quantities = carts.contents(cart)
    upstreams = upstreams_for(request)
    products = products_of(upstreams.orders, list(quantities))
    if cart is None or not products or len(products) < len(quantities):
        if notice is not None:
            messages.error(request, notice.text)
        return go(request, "gateway:cart")
    total = total_of(quantities, {product.slug: product for product in products})
    purse = purse_of(upstreams.payments, total)
    return page(
        request, "checkout", CheckoutPage.of(cart.key, quantities, products, purse, notice=notice), status=status
    )


def purse_of(payments: PaymentsClient, total: Money) -> Purse:
    try:
        return Purse.of(payments.account(), total)
    except UpstreamUnavailable:
        return Purse.resting()
    except UpstreamRefused as refusal:
        if refusal.status != 404:
            raise
        return Purse.none()


def order_now(request: ShopperRequest, cart: Cart | None) -> HttpResponse:
    """Place the order of exactly the cart that was shown; a form sent again leads to the order it made."""
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return look(request, cart, cart_changed(), 409)
    key: uuid.UUID = form.cleaned_data["key"]
    if order_id := carts.ordered(request.user, key):
        return go(request, "gateway:order", order_id)
    items = carts.contents_of_key(cart, key)
    if cart is None or not items:
        return look(request, cart, cart_changed(), 409)
    return place(request, cart, items, Money(form.cleaned_data["amount"], form.cleaned_data["currency"]))


def place(request: ShopperRequest, cart: Cart, items: dict[str, int], total: Money) -> HttpResponse:
    try:
        placed = upstreams_for(request).orders.place_order(items, idempotency_key=str(cart.key), expected_total=total)
    except UpstreamUnavailable:
        return unknown(request, cart)
    except UpstreamRefused as refusal:
        return refused(request, cart, refusal)
    carts.settle_up(request.user, cart.key, items, placed.order.id)
    return go(request, "gateway:order", placed.order.id)


def refused(request: ShopperRequest, cart: Cart, refusal: UpstreamRefused) -> HttpResponse:
    if refusal.slug == "price-changed":
        return look(request, cart, price_changed(), 409)
    if refusal.status == ANOTHER_ORDER_OF_THIS_KEY:
        messages.error(request, _("This cart has been ordered already: here are your orders."))
        return go(request, "gateway:orders")
    if refusal.status in (409, 429):
        return look(request, cart, still_placing(), 409)
    return look(request, cart, cart_changed(), 409)


def unknown(request: ShopperRequest, cart: Cart) -> HttpResponse:
    """The order may have been placed or not; the same form settles it."""
    messages.error(request, unknown_outcome().text)
    return go(request, "gateway:checkout")
