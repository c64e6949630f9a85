"""Routes of the gateway: pages at the root, REST under `/api/v1/`."""

from django.urls import include, path

from services.common.urls import common_urlpatterns

urlpatterns = [
    *common_urlpatterns,
    path("api/v1/", include("services.gateway.api.urls")),
    path("", include("services.gateway.urls")),
]
