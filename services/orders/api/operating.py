"""The views of orders for staff."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.clock import database_now
from services.common.http.openapi import answers
from services.common.http.permissions import IsStaff
from services.orders import queries
from services.orders.api.serializers import PulseSerializer


class PulseDetail(APIView):
    """How fast orders come and are settled."""

    permission_classes = [IsStaff]

    @extend_schema(responses=answers({200: PulseSerializer}, 401, 403))
    def get(self, request: Request) -> Response:
        """The rate of the last five minutes, and the times of the last hour's orders."""
        return Response(PulseSerializer(queries.pulse(now=database_now())).data)
