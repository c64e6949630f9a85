"""Routes under `/api/v1/ops/`."""

from django.urls import path

from services.common.http.operating import facts, messages

urlpatterns = [
    path("facts", facts.FactList.as_view()),
    path("messages/<uuid:message_id>", messages.MessageDetail.as_view()),
]
