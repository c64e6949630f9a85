"""Dead letters for staff: groups, one group, and what is done about it."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import CloseForm, GroupForm, ReplayForm
from services.gateway.use_cases.failures import groups_of, names_of
from services.gateway.use_cases.replaying import next_step
from services.gateway.viewmodels.failures import STATES, FailuresPage, GroupPage, closed, restored
from services.gateway.viewmodels.parts import query_string, reason_needed
from services.gateway.viewmodels.replay import ReplayPage
from services.gateway.views.decorators import staff_required, upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page
from services.gateway.views.requests import ShopperRequest, wants_fragment


def state_of(request: ShopperRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in STATES else STATES[0]


@require_safe
@upstream_errors_as_pages
@staff_required
def failures(request: ShopperRequest) -> HttpResponse:
    """Every group of both services, of those that answer."""
    state = state_of(request)
    return render_page(request, "ops_failures", FailuresPage.of(groups_of(upstreams_for(request.user), state), state))


@require_safe
@upstream_errors_as_pages
@staff_required
def group(request: ShopperRequest, service: str) -> HttpResponse:
    """One group; with `preview`, what a replay would make of its oldest twenty."""
    form, state = GroupForm(request.GET), state_of(request)
    if not form.is_valid():
        raise BadRequest
    reason, cause = form.cleaned_data["reason"], form.cleaned_data["cause"]
    client = upstreams_for(request.user).operating[service]
    detail = client.group(reason, cause, state)
    preview = client.preview(reason, cause) if "preview" in request.GET else None
    view_model = GroupPage.of(service, (reason, cause, state), detail, names_of(detail.deeds), preview)
    return render_page(request, "ops_group", view_model)


@require_POST
@upstream_errors_as_pages
@staff_required
def replay(request: ShopperRequest, service: str) -> HttpResponse:
    """One step of a replay; its page goes on by itself until the run is over or stops itself."""
    form = ReplayForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    view_model = ReplayPage.of(service, next_step(form.run(), upstreams_for(request.user).operating[service]))
    if wants_fragment(request):
        return render_fragment(request, "ops_replay", view_model)
    return render_page(request, "ops_replay", view_model)


@require_POST
@upstream_errors_as_pages
@staff_required
def dismiss(request: ShopperRequest, service: str) -> HttpResponse:
    """Close letters that nobody needs, with the reason why."""
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, reason_needed())
        return to_group(request, service)
    done = upstreams_for(request.user).operating[service].dismiss(**form.cleaned_data)
    messages.success(request, closed(done))
    return to_group(request, service)


@require_POST
@upstream_errors_as_pages
@staff_required
def restore(request: ShopperRequest, service: str) -> HttpResponse:
    """Open dismissed letters again, with the reason why."""
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, reason_needed())
        return to_group(request, service)
    done = upstreams_for(request.user).operating[service].restore(**form.cleaned_data)
    messages.success(request, restored(done))
    return to_group(request, service)


def to_group(request: ShopperRequest, service: str) -> HttpResponse:
    query = {name: request.POST.get(name, "") for name in ("reason", "cause", "state")}
    return redirect_to(request, "gateway:ops-group", service, query=query_string(query))
