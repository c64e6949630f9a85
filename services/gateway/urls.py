"""Routes of the web shop."""

from django.urls import URLPattern

app_name = "gateway"
urlpatterns: list[URLPattern] = []
