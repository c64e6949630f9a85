"""The views of settlements: an order's steps for its user, all settlements and the books for the audit."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.openapi import answers
from services.common.http.permissions import IsStaff, user_id_of
from services.common.tokens import Caller
from services.payments import queries
from services.payments.api.serializers import (
    BooksSerializer,
    SettlementPageSerializer,
    SettlementQuery,
    StorySerializer,
    TimelineSerializer,
)
from services.payments.timeline import story_of, timeline_of


class HasAuditScope(BasePermission):
    """A token of a service that compares the books."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Caller) and request.user.scope == "audit"


class TimelineDetail(APIView):
    """The steps of an order in this service."""

    @extend_schema(responses=answers({200: TimelineSerializer}, 401, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """The steps `produced`, `received`, `settled`, `reply_enqueued` and `reply_produced`.

        As far as they are. `produced` is the timestamp of the record, `reply_produced` when the broker confirmed it.
        """
        timeline = timeline_of(user_id=user_id_of(request), order_id=order_id)
        return Response(TimelineSerializer(timeline).data)


class SettlementList(APIView):
    """All settlements, for the audit."""

    permission_classes = [HasAuditScope]

    @extend_schema(parameters=[SettlementQuery], responses=answers({200: SettlementPageSerializer}, 400, 401, 403))
    def get(self, request: Request) -> Response:
        """Up to 1,000 settlements whose order id is greater than `after`, ascending."""
        query = SettlementQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = queries.settlements_after(query.validated_data["after"])
        return Response(SettlementPageSerializer(page).data)


class BooksDetail(APIView):
    """The ledger added up, for the audit."""

    permission_classes = [HasAuditScope]

    @extend_schema(responses=answers({200: BooksSerializer}, 401, 403))
    def get(self, request: Request) -> Response:
        """The sum of all entries, and the accounts whose balance is not the sum of their own."""
        return Response(BooksSerializer(queries.books()).data)


class StoryDetail(APIView):
    """Anybody's order."""

    permission_classes = [IsStaff]

    @extend_schema(responses=answers({200: StorySerializer}, 401, 403, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """Every row that payments has of this order; null or empty where there is none."""
        return Response(StorySerializer(story_of(order_id)).data)
