"""Routes under `/api/v1/`."""

from django.urls import URLPattern

app_name = "gateway_api"
urlpatterns: list[URLPattern] = []
