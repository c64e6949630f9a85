"""The catalogue, a product, and its picture."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe

from services.gateway import pictures
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.use_cases import carts
from services.gateway.viewmodels.catalogue import Browsing, CataloguePage, ProductPage
from services.gateway.views.decorators import upstream_errors_as_pages
from services.gateway.views.rendering import render_fragment, render_page
from services.gateway.views.requests import PageRequest, wants_fragment
from services.gateway.views.session_cart import visitor_of

SORTS = ("price", "-price", "name")
PAGE_SIZE = 12


def browsing_of(request: HttpRequest) -> Browsing:
    search = "".join(each for each in request.GET.get("q", "")[:100] if each.isprintable()).strip()
    sort = request.GET.get("sort", "")
    return Browsing(search, request.GET.get("category", ""), sort if sort in SORTS else "")


@require_safe
@upstream_errors_as_pages
def catalogue(request: PageRequest) -> HttpResponse:
    """The grid; htmx gets its results, or the next cards alone."""
    orders = upstreams_for(request.user).orders
    browsing, cursor = browsing_of(request), request.GET.get("cursor", "")
    categories = orders.categories()
    if browsing.category and browsing.category not in {each.slug for each in categories}:
        raise Http404
    found = orders.products(
        search=browsing.search, category=browsing.category, sort=browsing.sort, cursor=cursor, page_size=PAGE_SIZE
    )
    view_model = CataloguePage.of(browsing, categories, found, first=not cursor)
    if not wants_fragment(request):
        return render_page(request, "catalogue", view_model)
    return render_fragment(request, "cards" if cursor else "results", view_model.results)


@require_safe
@upstream_errors_as_pages
def product(request: PageRequest, slug: str) -> HttpResponse:
    """One product."""
    orders = upstreams_for(request.user).orders
    found = orders.product(slug)
    in_cart = carts.contents(visitor_of(request)).quantities.get(slug, 0)
    return render_page(request, "product", ProductPage.of(found, orders.categories(), in_cart=in_cart))


def picture_tag(request: HttpRequest, slug: str) -> str:
    return f'"{pictures.fingerprint(slug)}"'


@require_safe
@cache_control(public=True, max_age=3600)
@etag(picture_tag)
def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A product's picture: the one drawn for it, or one made from its slug."""
    return HttpResponse(pictures.picture_of(slug), content_type="image/svg+xml")
