"""`audits`: whether money is sound, for staff."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.openapi import answers
from services.gateway.api.pagination import PageQuery, page_body, query_of
from services.gateway.api.serializers import AuditPageSerializer, AuditSerializer
from services.gateway.clients.upstreams import upstreams_for


class AuditList(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="audits_list",
        parameters=[PageQuery],
        responses=answers({200: AuditPageSerializer}, 400, 401, 403, 429, 503),
    )
    def get(self, request: Request) -> Response:
        """All audits, newest first."""
        page = upstreams_for(request.user).orders.audits(**query_of(request, PageQuery))
        return Response(page_body(request, page, AuditSerializer))

    @extend_schema(request=None, responses=answers({202: AuditSerializer}, 401, 403, 429, 503))
    def post(self, request: Request) -> Response:
        """Have orders and payments compared soon; the list tells what was found."""
        return Response(AuditSerializer(upstreams_for(request.user).orders.request_audit()).data, 202)
