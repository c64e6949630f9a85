"""Routes under `/api/v1/`."""

from django.urls import path

from services.payments.api import views

app_name = "payments"
urlpatterns = [
    path("account", views.AccountView.as_view(), name="account"),
    path("account/balance", views.BalanceView.as_view(), name="balance"),
    path("account/deposits", views.DepositView.as_view(), name="deposits"),
    path("account/entries", views.EntryList.as_view(), name="entries"),
    path("accounts", views.UsersAccountView.as_view(), name="accounts"),
    path("books", views.BooksView.as_view(), name="books"),
    path("orders/<uuid:order_id>/timeline", views.OrderTimeline.as_view(), name="timeline"),
    path("settlements", views.SettlementList.as_view(), name="settlements"),
]
