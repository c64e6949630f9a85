"""The console's first page, for staff."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from services.gateway.clients.upstreams import upstreams_for
from services.gateway.use_cases.overview import standing_of
from services.gateway.viewmodels.charts import Day
from services.gateway.viewmodels.overview import OverviewPage, audit_asked_for
from services.gateway.views.decorators import staff_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import ShopperRequest, wants_fragment


@require_safe
@upstream_errors_as_pages
@staff_required
def overview(request: ShopperRequest) -> HttpResponse:
    """How it stands with the shop; its live part asks again every few seconds."""
    standing = standing_of(upstreams_for(request.user))
    view_model = OverviewPage.of(standing.facts, standing.audits, standing.pulse)
    if wants_fragment(request):
        return render_fragment(request, "ops_overview", view_model)
    return render_page(request, "ops_overview", view_model)


@require_safe
@upstream_errors_as_pages
@staff_required
def day(request: ShopperRequest) -> HttpResponse:
    """The last 24 hours as charts: asked for apart and seldom, so that the overview does not wait for them."""
    return render_fragment(request, "ops_day", Day.of(upstreams_for(request.user).orders.hours()))


@require_POST
@upstream_errors_as_pages
@staff_required
def audit_now(request: ShopperRequest) -> HttpResponse:
    """Have the books compared soon; one that waits already is that one."""
    upstreams_for(request.user).orders.request_audit()
    messages.success(request, audit_asked_for())
    return redirect_to(request, "gateway:ops")
