"""The list of orders, and one order that follows itself."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from services.gateway.clients.upstreams import upstreams_for
from services.gateway.use_cases import carts
from services.gateway.use_cases.timeline import timeline_of
from services.gateway.viewmodels.cart import cart_full
from services.gateway.viewmodels.orders import STATUSES, OrderLive, OrderPage, OrdersPage
from services.gateway.views.decorators import sign_in_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import ShopperRequest, poll_number, wants_fragment
from services.gateway.views.session_cart import visitor_of

PAGE_SIZE = 10


@require_safe
@upstream_errors_as_pages
@sign_in_required
def orders(request: ShopperRequest) -> HttpResponse:
    """The shopper's orders; the list asks again while one of them is open."""
    wanted, cursor = request.GET.get("status", ""), request.GET.get("cursor", "")
    status = wanted if wanted in STATUSES else ""
    found = upstreams_for(request.user).orders.orders(status=status, cursor=cursor, page_size=PAGE_SIZE)
    view_model = OrdersPage.of(found, status=status, cursor=cursor, poll=poll_number(request))
    if not wants_fragment(request):
        return render_page(request, "orders", view_model)
    response = render_fragment(request, "orders", view_model)
    return response if view_model.delay else trigger_client_event(response, "balance-changed")


@require_safe
@upstream_errors_as_pages
@sign_in_required
def order(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order; its live part asks again until it is settled and its way is whole."""
    upstreams = upstreams_for(request.user)
    timeline = timeline_of(upstreams, order_id)
    found = upstreams.orders.order(order_id)  # after its timeline, so that it is never behind it
    if not wants_fragment(request):
        return render_page(request, "order", OrderPage.of(found, timeline))
    live = OrderLive.of(found, timeline, poll=poll_number(request))
    if live.delay:
        return render_fragment(request, "order_live", live)
    messages.add_message(request, messages.INFO, live.ending.heading)  # so that it is read out, too
    return trigger_client_event(render_fragment(request, "order_live", live, header=True), "balance-changed")


@require_POST
@upstream_errors_as_pages
@sign_in_required
def order_again(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """Put what was ordered into the cart once more."""
    visitor = visitor_of(request)
    try:
        for item in upstreams_for(request.user).orders.order(order_id).items:
            carts.add(visitor, item.product, item.quantity)
    except carts.CartFull:
        messages.error(request, cart_full())
    return redirect_to(request, "gateway:cart")
