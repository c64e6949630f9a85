"""Routes under `/api/v1/ops/`."""

from django.urls import path

from services.common.http.operating import facts

urlpatterns = [
    path("facts", facts.FactList.as_view()),
]
