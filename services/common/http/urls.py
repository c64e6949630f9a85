"""The routes that every service has."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from services.common.http import problem_types
from services.common.http.health import livez, readyz
from services.common.http.metrics import metrics

common_urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("swagger-ui/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="swagger-ui"),
    path("problems/<slug:slug>", problem_types.page, name="problem"),
    path("metrics", metrics),
    path("livez", livez),
    path("readyz", readyz),
]
