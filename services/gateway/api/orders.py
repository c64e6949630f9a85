"""`orders`: the caller's own."""

import uuid

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http import idempotency
from services.common.http.openapi import LOCATION, answers
from services.gateway.api.inputs import NewOrderSerializer, OrderQuery
from services.gateway.api.pagination import page_body, query_of
from services.gateway.api.serializers import OrderPageSerializer, OrderSerializer, TimelineSerializer
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.use_cases.timeline import timeline_of


class OrderList(APIView):
    @extend_schema(
        operation_id="orders_list",
        parameters=[OrderQuery],
        responses=answers({200: OrderPageSerializer}, 400, 401, 503),
    )
    def get(self, request: Request) -> Response:
        """The caller's orders, newest first."""
        page = upstreams_for(request.user).orders.orders(**query_of(request, OrderQuery))
        return Response(page_body(request, page, OrderSerializer))

    @extend_schema(
        parameters=[idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER, LOCATION],
        request=NewOrderSerializer,
        responses=answers({201: OrderSerializer}, 400, 401, 409, 413, 415, 422, 503),
    )
    def post(self, request: Request) -> Response:
        """Order; the money is taken a moment later, when the status leaves NEW."""
        order = NewOrderSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        placed = upstreams_for(request.user).orders.place_order(
            order.quantities(), idempotency_key=idempotency.read_key(request), expected_total=order.expected()
        )
        headers = {
            "Location": reverse("gateway_api:order", args=[placed.order.id]),
            **(idempotency.REPLAYED if placed.replayed else {}),
        }
        return Response(OrderSerializer(placed.order).data, 201, headers=headers)


class OrderDetail(APIView):
    @extend_schema(responses=answers({200: OrderSerializer}, 401, 404, 503))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One order."""
        return Response(OrderSerializer(upstreams_for(request.user).orders.order(id)).data)


class OrderTimeline(APIView):
    @extend_schema(responses=answers({200: TimelineSerializer}, 401, 404, 503))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The order's way through both services."""
        return Response(TimelineSerializer(timeline_of(upstreams_for(request.user), id)).data)
