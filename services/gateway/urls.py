"""Routes of the web shop."""

from django.urls import URLPattern, path
from django.views.i18n import set_language

from services.gateway.views import account, cart, catalogue, checkout, orders, visitors

app_name = "gateway"
urlpatterns: list[URLPattern] = [
    path("", catalogue.catalogue, name="catalogue"),
    path("products/<slug:slug>/", catalogue.product, name="product"),
    path("pictures/<slug:slug>.svg", catalogue.picture, name="picture"),
    path("cart/", cart.cart, name="cart"),
    path("cart/<slug:slug>/", cart.change, name="cart-change"),
    path("cart/<slug:slug>/add/", cart.add, name="cart-add"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/again/", orders.order_again, name="order-again"),
    path("account/", account.account, name="account"),
    path("account/open/", account.open_account, name="account-open"),
    path("account/balance/", account.balance, name="balance"),
    path("login/", visitors.sign_in, name="login"),
    path("register/", visitors.register, name="register"),
    path("logout/", visitors.sign_out, name="logout"),
    path("theme/", visitors.theme, name="theme"),
    path("language/", set_language, name="language"),
]
