"""The views of audits, for staff: ask for one, read what they found."""

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from services.common.clock import database_now
from services.common.http.openapi import ACCEPTED_LOCATION, answers
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import IsStaff
from services.orders import use_cases
from services.orders.api.serializers import AuditSerializer
from services.orders.models import Audit


@extend_schema_view(get=extend_schema(responses=answers({200: AuditSerializer(many=True)}, 400, 401, 403)))
class AuditList(generics.ListAPIView[Audit]):
    """All audits, newest first, and the way to ask for one."""

    permission_classes = [IsStaff]
    serializer_class = AuditSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Audit]:
        return Audit.objects.all()

    @extend_schema(request=None, parameters=[ACCEPTED_LOCATION], responses=answers({202: AuditSerializer}, 401, 403))
    def post(self, request: Request) -> Response:
        """Have both services' books compared soon; read the list to see what was found."""
        asked = use_cases.request_audit(now=database_now())
        location = request.build_absolute_uri(reverse("orders:audits"))
        return Response(AuditSerializer(asked).data, status=202, headers={"Location": location})
