"""Routes under `/api/v1/`."""

from django.urls import include, path

from services.payments.api import accounts, settlements

app_name = "payments"
urlpatterns = [
    path("account", accounts.AccountDetail.as_view(), name="account"),
    path("account/balance", accounts.BalanceDetail.as_view(), name="balance"),
    path("account/deposits", accounts.DepositCreate.as_view(), name="deposits"),
    path("account/entries", accounts.EntryList.as_view(), name="entries"),
    path("accounts", accounts.UsersAccountDetail.as_view(), name="accounts"),
    path("books", settlements.BooksDetail.as_view(), name="books"),
    path("orders/<uuid:order_id>/timeline", settlements.TimelineDetail.as_view(), name="timeline"),
    path("settlements", settlements.SettlementList.as_view(), name="settlements"),
    path("ops/orders/<uuid:order_id>", settlements.StoryDetail.as_view()),
    path("ops/", include("services.common.http.operating.urls")),
]
