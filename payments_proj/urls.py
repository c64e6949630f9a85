"""Routes of the payments service."""

from django.urls import include, path

from services.common.http.urls import common_urlpatterns

handler400 = "services.common.http.problems.bad_request"
handler403 = "services.common.http.problems.forbidden"
handler404 = "services.common.http.problems.not_found"
handler429 = "services.common.http.lockout.too_many_requests"
handler500 = "services.common.http.problems.server_error"
handler503 = "services.common.http.problems.unavailable"

urlpatterns = [
    *common_urlpatterns,
    path("api/v1/", include("services.payments.api.urls")),
    path("messaging/", include("services.messaging.urls")),
]
