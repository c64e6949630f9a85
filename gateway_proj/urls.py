"""Routes of the gateway: pages at the root, REST under `/api/v1/`."""

from django.urls import include, path

from services.common.http import lockout, problems
from services.common.http.urls import common_urlpatterns
from services.gateway.api.errors import problem_or_page
from services.gateway.views import errors

urlpatterns = [
    *common_urlpatterns,
    path("api/v1/", include("services.gateway.api.urls")),
    path("", include("services.gateway.urls")),
]

handler400 = problem_or_page(problems.bad_request, errors.bad_request)
handler403 = problem_or_page(problems.forbidden, errors.forbidden)
handler404 = problem_or_page(problems.not_found, errors.not_found)
handler429 = problem_or_page(lockout.too_many_requests, errors.too_many_requests)
handler500 = problem_or_page(problems.server_error, errors.server_error)
handler503 = problem_or_page(problems.unavailable, errors.unavailable)
