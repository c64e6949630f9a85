"""Routes of the web shop."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import SlugConverter, StringConverter
from django.views.i18n import set_language

from services.gateway.limits import MAX_SLUG
from services.gateway.views import (
    account,
    cart,
    catalogue,
    checkout,
    failures,
    orders,
    overview,
    security,
    story,
    visitors,
)


class ProductSlug(SlugConverter):
    """A longer one is no product's: not found, before anything looks for it."""

    regex = f"[-a-zA-Z0-9_]{{1,{MAX_SLUG}}}"


class MessagingService(StringConverter):
    """A service that keeps dead letters."""

    regex = "orders|payments"


register_converter(ProductSlug, "product")
register_converter(MessagingService, "service")

app_name = "gateway"
urlpatterns: list[URLPattern] = [
    path("", catalogue.catalogue, name="catalogue"),
    path("products/<product:slug>/", catalogue.product, name="product"),
    path("pictures/<product:slug>.svg", catalogue.picture, name="picture"),
    path("cart/", cart.cart, name="cart"),
    path("cart/<product:slug>/", cart.change, name="cart-change"),
    path("cart/<product:slug>/add/", cart.add, name="cart-add"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/again/", orders.order_again, name="order-again"),
    path("account/", account.account, name="account"),
    path("account/open/", account.open_account, name="account-open"),
    path("account/balance/", account.balance, name="balance"),
    path("account/security/", security.security, name="security"),
    path("account/security/sessions/<slug:handle>/end/", security.end_session, name="session-end"),
    path("account/security/tokens/<slug:handle>/revoke/", security.revoke_token, name="token-revoke"),
    path("account/security/sign-out/", security.sign_out_everywhere, name="sign-out-everywhere"),
    path("login/", visitors.sign_in, name="login"),
    path("register/", visitors.register, name="register"),
    path("logout/", visitors.sign_out, name="logout"),
    path("theme/", visitors.theme, name="theme"),
    path("ops/", overview.overview, name="ops"),
    path("ops/day/", overview.day, name="ops-day"),
    path("ops/audit/", overview.audit_now, name="ops-audit"),
    path("ops/orders/", story.find, name="ops-find"),
    path("ops/orders/<uuid:order_id>/", story.story, name="ops-order"),
    path("ops/orders/<uuid:order_id>/resend/", story.resend, name="ops-resend"),
    path("ops/orders/<uuid:order_id>/skip/", story.skip, name="ops-skip"),
    path("ops/failures/", failures.failures, name="ops-failures"),
    path("ops/failures/<service:service>/", failures.group, name="ops-group"),
    path("ops/failures/<service:service>/replay/", failures.replay, name="ops-replay"),
    path("ops/failures/<service:service>/dismiss/", failures.dismiss, name="ops-dismiss"),
    path("ops/failures/<service:service>/restore/", failures.restore, name="ops-restore"),
    path("language/", set_language, name="language"),
]
