"""Routes under `/api/v1/`."""

from django.urls import URLPattern

app_name = "payments"
urlpatterns: list[URLPattern] = []
