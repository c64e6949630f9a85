"""Routes of the gateway: pages at the root, REST under `/api/v1/`."""

from django.urls import include, path

from services.common import problems
from services.common.urls import common_urlpatterns
from services.gateway.api.errors import problem_or_page

urlpatterns = [
    *common_urlpatterns,
    path("api/v1/", include("services.gateway.api.urls")),
    path("", include("services.gateway.urls")),
]

handler400 = problem_or_page(problems.bad_request, problems.bad_request)
handler403 = problem_or_page(problems.forbidden, problems.forbidden)
handler404 = problem_or_page(problems.not_found, problems.not_found)
handler500 = problem_or_page(problems.server_error, problems.server_error)
