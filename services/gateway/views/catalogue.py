"""The catalogue, a product, and its picture."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe

from services.gateway import carts, pictures
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.viewmodels.catalogue import Browsing, CataloguePage, ProductPage
from services.gateway.views.pages import PageRequest, fragment, page, shop_page, wants_fragment

SORTS = ("price", "-price", "name")
PAGE_SIZE = 12


def browsing_of(request: HttpRequest) -> Browsing:
    search = "".join(each for each in request.GET.get("q", "")[:100] if each.isprintable()).strip()
    sort = request.GET.get("sort", "")
    return Browsing(search, request.GET.get("category", ""), sort if sort in SORTS else "")


@require_safe
@shop_page
def catalogue(request: PageRequest) -> HttpResponse:
    """The grid; htmx gets its results, or the next cards alone."""
    orders = upstreams_for(request).orders
    browsing, cursor = browsing_of(request), request.GET.get("cursor", "")
    categories = orders.categories()
    if browsing.category and browsing.category not in {each.slug for each in categories}:
        raise Http404
    found = orders.products(
        search=browsing.search, category=browsing.category, sort=browsing.sort, cursor=cursor, page_size=PAGE_SIZE
    )
    view_model = CataloguePage.of(browsing, categories, found, first=not cursor)
    if not wants_fragment(request):
        return page(request, "catalogue", view_model)
    return fragment(request, "cards" if cursor else "results", view_model.results)


@require_safe
@shop_page
def product(request: PageRequest, slug: str) -> HttpResponse:
    """One product."""
    orders = upstreams_for(request).orders
    found = orders.product(slug)
    in_cart = carts.contents(carts.find_cart(request)).get(slug, 0)
    return page(request, "product", ProductPage.of(found, orders.categories(), in_cart=in_cart))


def picture_tag(request: HttpRequest, slug: str) -> str:
    return f'"{pictures.fingerprint(slug)}"'


@require_safe
@cache_control(public=True, max_age=3600)
@etag(picture_tag)
def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A product's picture: the one drawn for it, or one made from its slug."""
    return HttpResponse(pictures.picture_of(slug), content_type="image/svg+xml")
