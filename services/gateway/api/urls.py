"""Routes under `/api/v1/`."""

from django.urls import path

from services.gateway.api import account, audits, catalogue, orders, users

app_name = "gateway_api"
urlpatterns = [
    path("users", users.UserCreate.as_view()),
    path("tokens", users.TokenCreate.as_view()),
    path("tokens/current", users.TokenDetail.as_view()),
    path("products", catalogue.ProductList.as_view()),
    path("products/<slug:slug>", catalogue.ProductDetail.as_view()),
    path("categories", catalogue.CategoryList.as_view()),
    path("orders", orders.OrderList.as_view()),
    path("orders/<uuid:id>", orders.OrderDetail.as_view(), name="order"),
    path("orders/<uuid:id>/timeline", orders.OrderTimeline.as_view()),
    path("account", account.AccountDetail.as_view()),
    path("account/balance", account.BalanceDetail.as_view()),
    path("account/deposits", account.DepositCreate.as_view()),
    path("account/entries", account.EntryList.as_view()),
    path("accounts", account.AccountList.as_view()),
    path("audits", audits.AuditList.as_view()),
]
