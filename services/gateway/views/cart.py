"""The cart: add, have more or less of it, take out, have back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from services.gateway import carts
from services.gateway.clients.orders import OrdersClient
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Product
from services.gateway.forms import CartItemForm
from services.gateway.viewmodels.cart import CartPage
from services.gateway.viewmodels.parts import query_string
from services.gateway.views.pages import PageRequest, fragment, go, local_path, page, shop_page, toasts, wants_fragment

LINES_A_CALL = 100


def products_of(orders: OrdersClient, slugs: list[str]) -> tuple[Product, ...]:
    """What the catalogue knows of these slugs now; an empty cart asks nothing."""
    return orders.products(slugs=slugs, page_size=LINES_A_CALL).results if slugs else ()


@require_safe
@shop_page
def cart(request: PageRequest) -> HttpResponse:
    """What is in the cart, at today's prices."""
    quantities = carts.contents(carts.find_cart(request))
    form = CartItemForm(request.GET)
    slug = request.GET.get("removed", "")
    removed = (slug, form.cleaned_data["quantity"]) if slug and form.is_valid() else None
    wanted = list(dict.fromkeys([*quantities, *([slug] if removed and slug not in quantities else [])]))
    products = products_of(upstreams_for(request).orders, wanted)
    view_model = CartPage.of(quantities, products, removed=removed)
    if wants_fragment(request):
        return fragment(request, "cart", view_model, header=True)
    return page(request, "cart", view_model)


@require_POST
@shop_page
def add(request: PageRequest, slug: str) -> HttpResponse:
    """Put a product that exists into the cart, and say so."""
    form = CartItemForm(request.POST)
    product = upstreams_for(request).orders.product(slug)
    quantity = form.cleaned_data["quantity"] if form.is_valid() else 1
    try:
        carts.add(request, product.slug, quantity or 1)
    except carts.CartFull:
        messages.error(request, _("The cart is full: a hundred different things are the most."))
    else:
        messages.success(request, _("In the cart: %(name)s") % {"name": product.name}, extra_tags="cart")
    if request.htmx:
        return toasts(request)
    return go(request, local_path(request, request.POST.get("next"), "gateway:cart"))


@require_POST
@shop_page
def change(request: PageRequest, slug: str) -> HttpResponse:
    """Have so many of a product; none takes it out, with a way back."""
    form = CartItemForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A quantity is a whole number from 1 to 99."))
        return to_cart()
    quantity = form.cleaned_data["quantity"]
    before = carts.contents(carts.find_cart(request)).get(slug, 0)
    if quantity or before:
        carts.set_quantity(request, slug, quantity)
    gone = query_string({"removed": slug, "quantity": str(before)}) if before and not quantity else ""
    return to_cart(gone)


def to_cart(query: str = "") -> HttpResponse:
    """The cart's page; htmx follows the redirect by itself and gets the fragment."""
    url = resolve_url("gateway:cart")
    return HttpResponseRedirect(f"{url}?{query}" if query else url, status=303)
