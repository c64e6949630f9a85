"""Routes under `/api/v1/ops/`."""

from django.urls import path

from services.common.http.operating import dead_letters, facts, messages

urlpatterns = [
    path("dead-letters", dead_letters.GroupList.as_view()),
    path("dead-letters/group", dead_letters.GroupDetail.as_view()),
    path("dead-letters/preview", dead_letters.PreviewDetail.as_view()),
    path("dead-letters/replay", dead_letters.ReplayCreate.as_view()),
    path("dead-letters/dismiss", dead_letters.DismissalCreate.as_view()),
    path("dead-letters/restore", dead_letters.RestoralCreate.as_view()),
    path("facts", facts.FactList.as_view()),
    path("skip", messages.SkipCreate.as_view()),
    path("messages/<uuid:message_id>", messages.MessageDetail.as_view()),
]
