"""Routes under `/api/v1/`."""

from django.urls import path

from services.gateway.api import account, catalogue, orders, users

app_name = "gateway_api"
urlpatterns = [
    path("users", users.Users.as_view()),
    path("tokens", users.Tokens.as_view()),
    path("tokens/current", users.CurrentToken.as_view()),
    path("products", catalogue.Products.as_view()),
    path("products/<slug:slug>", catalogue.ProductDetail.as_view()),
    path("categories", catalogue.Categories.as_view()),
    path("orders", orders.Orders.as_view()),
    path("orders/<uuid:id>", orders.OrderDetail.as_view(), name="order"),
    path("orders/<uuid:id>/timeline", orders.OrderTimeline.as_view()),
    path("account", account.OwnAccount.as_view()),
    path("account/balance", account.Balance.as_view()),
    path("account/deposits", account.Deposits.as_view()),
    path("account/entries", account.Entries.as_view()),
    path("accounts", account.Accounts.as_view()),
]
