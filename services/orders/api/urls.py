"""Routes under `/api/v1/`."""

from django.urls import include, path

from services.orders.api import audits, catalogue, operating, orders

app_name = "orders"
urlpatterns = [
    path("audits", audits.AuditList.as_view(), name="audits"),
    path("products", catalogue.ProductList.as_view(), name="products"),
    path("products/<slug:slug>", catalogue.ProductDetail.as_view(), name="product"),
    path("categories", catalogue.CategoryList.as_view(), name="categories"),
    path("orders", orders.OrderList.as_view(), name="orders"),
    path("orders/<uuid:order_id>", orders.OrderDetail.as_view(), name="order"),
    path("orders/<uuid:order_id>/timeline", orders.TimelineDetail.as_view(), name="timeline"),
    path("ops/orders", operating.FoundOrderList.as_view()),
    path("ops/orders/<uuid:order_id>", operating.StoryDetail.as_view()),
    path("ops/orders/<uuid:order_id>/resend", operating.ResendingCreate.as_view()),
    path("ops/hours", operating.HourList.as_view()),
    path("ops/pulse", operating.PulseDetail.as_view()),
    path("ops/", include("services.common.http.operating.urls")),
]
