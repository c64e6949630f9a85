"""The cart: add, have more or less of it, take out, have back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.decorators.http import require_POST, require_safe

from services.gateway.clients.upstreams import upstreams_for
from services.gateway.forms import CartItemForm
from services.gateway.prices import price_cart
from services.gateway.use_cases import carts
from services.gateway.viewmodels.cart import CartPage, Removed, added_to_cart, cart_full, wrong_quantity
from services.gateway.viewmodels.parts import query_string
from services.gateway.views.decorators import upstream_errors_as_pages
from services.gateway.views.rendering import redirect_to, render_fragment, render_page, render_toasts
from services.gateway.views.requests import PageRequest, local_path, wants_fragment
from services.gateway.views.session_cart import keep_cart, visitor_of


@require_safe
@upstream_errors_as_pages
def cart(request: PageRequest) -> HttpResponse:
    """What is in the cart, at today's prices."""
    quantities = carts.contents(visitor_of(request)).quantities
    slug, quantity = removed_line(request)
    products = upstreams_for(request.user).orders.products_by_slug([*quantities, *([slug] if slug else [])])
    can_be_had_back = slug in products and slug not in quantities
    removed = Removed.of(products[slug], quantity) if can_be_had_back else None
    view_model = CartPage.of(price_cart(quantities, products), removed=removed)
    if wants_fragment(request):
        return render_fragment(request, "cart", view_model, header=True)
    return render_page(request, "cart", view_model)


def removed_line(request: PageRequest) -> tuple[str, int]:
    """What was just taken out, as the address says; an empty slug where it says nothing."""
    form = CartItemForm(request.GET)
    return (request.GET.get("removed", ""), form.cleaned_data["quantity"]) if form.is_valid() else ("", 0)


@require_POST
@upstream_errors_as_pages
def add(request: PageRequest, slug: str) -> HttpResponse:
    """Put a product that exists into the cart, and say so."""
    form = CartItemForm(request.POST)
    product = upstreams_for(request.user).orders.product(slug)
    quantity = form.cleaned_data["quantity"] if form.is_valid() else 1
    try:
        keep_cart(request, carts.add(visitor_of(request), product.slug, quantity or 1))
    except carts.CartFull:
        messages.error(request, cart_full())
    else:
        messages.success(request, added_to_cart(product), extra_tags="cart")
    if request.htmx:
        return render_toasts(request)
    return redirect_to(request, local_path(request, request.POST.get("next"), "gateway:cart"))


@require_POST
@upstream_errors_as_pages
def change(request: PageRequest, slug: str) -> HttpResponse:
    """Have so many of a product; none takes it out, with a way back."""
    form = CartItemForm(request.POST)
    if not form.is_valid():
        messages.error(request, wrong_quantity())
        return redirect_to_cart()
    quantity = form.cleaned_data["quantity"]
    visitor = visitor_of(request)
    before = carts.contents(visitor).quantities.get(slug, 0)
    if quantity and not before:
        upstreams_for(request.user).orders.product(slug)  # not found, where there is none
    try:
        if quantity or before:
            keep_cart(request, carts.set_quantity(visitor, slug, quantity))
    except carts.CartFull:
        messages.error(request, cart_full())
    removed = query_string({"removed": slug, "quantity": str(before)}) if before and not quantity else ""
    return redirect_to_cart(removed)


def redirect_to_cart(query: str = "") -> HttpResponse:
    """The cart's page; htmx follows the redirect by itself and gets the fragment."""
    url = resolve_url("gateway:cart")
    return HttpResponseRedirect(f"{url}?{query}" if query else url, status=303)
