"""One order's story, for staff, and the search for it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import SkipForm, WhyForm
from services.gateway.use_cases.story import Found, find_order, story_of
from services.gateway.viewmodels.finding import FindPage
from services.gateway.viewmodels.parts import reason_needed
from services.gateway.viewmodels.story import StoryPage, resent, skipped
from services.gateway.views.decorators import staff_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_page
from services.gateway.views.requests import ShopperRequest


@require_safe
@upstream_errors_as_pages
@staff_required
def find(request: ShopperRequest) -> HttpResponse:
    """The search; what means one order for sure leads to its story."""
    text = "".join(each for each in request.GET.get("find", "")[:100] if each.isprintable()).strip()
    found = find_order(upstreams_for(request.user), text) if text else Found()
    if found.order_id:
        return redirect_to(request, "gateway:ops-order", found.order_id)
    return render_page(request, "ops_find", FindPage.of(text, found.orders))


@require_safe
@upstream_errors_as_pages
@staff_required
def story(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """Everything that both services know of an order; partial, and said so, while one is down."""
    found = story_of(upstreams_for(request.user), order_id)
    if found.is_empty:
        raise Http404
    return render_page(request, "ops_story", StoryPage.of(order_id, found.orders, found.payments))


@require_POST
@upstream_errors_as_pages
@staff_required
def resend(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """Send the order's task again, with the reason why."""
    form = WhyForm(request.POST)
    if form.is_valid():
        messages.success(request, resent(upstreams_for(request.user).orders.resend(order_id, **form.cleaned_data)))
    else:
        messages.error(request, reason_needed())
    return redirect_to(request, "gateway:ops-order", order_id)


@require_POST
@upstream_errors_as_pages
@staff_required
def skip(request: ShopperRequest, order_id: uuid.UUID) -> HttpResponse:
    """Set a failing message about the order aside, with the reason why."""
    form = SkipForm(request.POST)
    if form.is_valid():
        client = upstreams_for(request.user).operating[form.cleaned_data["service"]]
        done = client.skip(form.cleaned_data["type"], order_id, note=form.cleaned_data["note"])
        messages.success(request, skipped(done))
    else:
        messages.error(request, reason_needed())
    return redirect_to(request, "gateway:ops-order", order_id)
