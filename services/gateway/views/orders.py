"""The list of orders, and one order that follows itself."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from services.gateway import carts
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.timeline import timeline_of
from services.gateway.viewmodels.orders import STATUSES, OrderLive, OrderPage, OrdersPage
from services.gateway.views.pages import ShopperRequest, fragment, go, page, shop_page, signed_in, wants_fragment

PAGE_SIZE = 10


def poll_of(request: HttpRequest) -> int:
    """How often this page has asked already."""
    number = request.GET.get("poll", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0


@require_safe
@shop_page
@signed_in
def orders(request: ShopperRequest) -> HttpResponse:
    """The shopper's orders; the list asks again while one of them is open."""
    wanted, cursor = request.GET.get("status", ""), request.GET.get("cursor", "")
    status = wanted if wanted in STATUSES else ""
    found = upstreams_for(request).orders.orders(status=status, cursor=cursor, page_size=PAGE_SIZE)
    view_model = OrdersPage.of(found, status=status, cursor=cursor, poll=poll_of(request))
    if not wants_fragment(request):
        return page(request, "orders", view_model)
    response = fragment(request, "orders", view_model)
    return response if view_model.delay else trigger_client_event(response, "balance-changed")


@require_safe
@shop_page
@signed_in
def order(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order; its live part asks again until it is settled and its way is whole."""
    upstreams = upstreams_for(request)
    found = upstreams.orders.order(order_id)
    timeline = timeline_of(upstreams, order_id)
    if not wants_fragment(request):
        return page(request, "order", OrderPage.of(found, timeline))
    live = OrderLive.of(found, timeline, poll=poll_of(request))
    if live.delay:
        return fragment(request, "order_live", live)
    messages.add_message(request, messages.INFO, live.ending.heading)  # so that it is read out, too
    return trigger_client_event(fragment(request, "order_live", live, header=True), "balance-changed")


@require_POST
@shop_page
@signed_in
def order_again(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """Put what was ordered into the cart once more."""
    try:
        for item in upstreams_for(request).orders.order(order_id).items:
            carts.add(request, item.product, item.quantity)
    except carts.CartFull:
        messages.error(request, _("The cart is full: a hundred different things are the most."))
    return go(request, "gateway:cart")
