"""The views of orders for staff: everybody's orders, and how fast they go."""

import uuid

import structlog
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.clock import database_now
from services.common.http.openapi import answers
from services.common.http.permissions import IsStaff, user_id_of
from services.orders import queries, use_cases
from services.orders.api.serializers import (
    FindQuery,
    FoundOrdersSerializer,
    HoursSerializer,
    PulseSerializer,
    ResentSerializer,
    StorySerializer,
    WhySerializer,
)
from services.orders.timeline import story_of

logger = structlog.get_logger(__name__)


class PulseDetail(APIView):
    """How fast orders come and are settled."""

    permission_classes = [IsStaff]

    @extend_schema(responses=answers({200: PulseSerializer}, 401, 403))
    def get(self, request: Request) -> Response:
        """The rate of the last five minutes, and the times of the last hour's orders."""
        return Response(PulseSerializer(queries.pulse(now=database_now())).data)


class HourList(APIView):
    """How the last day was."""

    permission_classes = [IsStaff]

    @extend_schema(operation_id="ops_hours_list", responses=answers({200: HoursSerializer}, 401, 403))
    def get(self, request: Request) -> Response:
        """The last 24 hours, oldest first."""
        return Response(HoursSerializer({"results": queries.hours(now=database_now())}).data)


class FoundOrderList(APIView):
    """Anybody's orders."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="ops_orders_list",
        parameters=[FindQuery],
        responses=answers({200: FoundOrdersSerializer}, 400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        """The newest twenty that the text may mean: an order's id or short number, a user's or a message's id."""
        query = FindQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(FoundOrdersSerializer({"results": queries.find_orders(query.validated_data["find"])}).data)


class StoryDetail(APIView):
    """Anybody's order."""

    permission_classes = [IsStaff]

    @extend_schema(responses=answers({200: StorySerializer}, 401, 403, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """Every row that orders has of this order; null or empty where there is none."""
        return Response(StorySerializer(story_of(order_id, now=database_now())).data)


class ResendingCreate(APIView):
    """An order whose answer does not come."""

    permission_classes = [IsStaff]

    @extend_schema(request=WhySerializer, responses=answers({200: ResentSerializer}, 400, 401, 403, 404, 413, 415))
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Send the order's task again; where payments have decided, they answer again, and no money moves."""
        why = WhySerializer(data=request.data)
        why.is_valid(raise_exception=True)
        if not use_cases.resend_tasks(order_ids=[order_id]):
            raise NotFound
        logger.info(
            "a task is sent again",
            action="resend",
            order=str(order_id),
            by=str(user_id_of(request)),
            note=why.validated_data["note"],
        )
        return Response(ResentSerializer({"attempt": queries.attempt_of(order_id)}).data)
