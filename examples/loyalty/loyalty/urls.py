import secrets
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from loyalty.models import Award


def points(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """All points of a user, for who has the token."""
    given = request.headers.get("Authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {settings.TOKEN}".encode()):
        return JsonResponse({"detail": "A token is wanted."}, status=401)
    total = Award.objects.filter(user_id=user_id).aggregate(total=Sum("points"))["total"]
    return JsonResponse({"points": total or 0})


def ready(_: HttpRequest) -> HttpResponse:
    """Whether the database answers."""
    Award.objects.exists()
    return HttpResponse("ready")


urlpatterns = [path("api/v1/points/<uuid:user_id>", points), path("readyz", ready)]
