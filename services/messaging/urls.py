"""Routes of messaging, for a project that lets readers ask for what it sent."""

from django.urls import path

from .views import feed

urlpatterns = [path("feed/<str:topic>", feed)]
