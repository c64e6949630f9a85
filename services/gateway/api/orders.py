"""`orders`: the caller's own."""

import uuid

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http import idempotency, prefer
from services.common.http.openapi import LOCATION, answers
from services.gateway.api.inputs import NewOrderSerializer, OrderQuery
from services.gateway.api.pagination import page_body, query_of
from services.gateway.api.serializers import OrderPageSerializer, OrderSerializer, TimelineSerializer
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Order
from services.gateway.use_cases.timeline import timeline_of
from services.gateway.use_cases.waiting import wait_until_final


class OrderList(APIView):
    @extend_schema(
        operation_id="orders_list",
        parameters=[OrderQuery],
        responses=answers({200: OrderPageSerializer}, 400, 401, 429, 503),
    )
    def get(self, request: Request) -> Response:
        """The caller's orders, newest first."""
        page = upstreams_for(request.user).orders.orders(**query_of(request, OrderQuery))
        return Response(page_body(request, page, OrderSerializer))

    @extend_schema(
        parameters=[*prefer.PARAMETERS, idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER, LOCATION],
        request=NewOrderSerializer,
        responses=answers({201: OrderSerializer}, 400, 401, 409, 413, 415, 422, 429, 503),
    )
    def post(self, request: Request) -> Response:
        """Order; the money is taken a moment later, when the status leaves NEW."""
        order = NewOrderSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        placed = upstreams_for(request.user).orders.place_order(
            order.quantities(), idempotency_key=idempotency.read_key(request), expected_total=order.expected()
        )
        made, waited = final(request, placed.order)
        headers = {
            "Location": reverse("gateway_api:order", args=[made.id]),
            **(idempotency.REPLAYED if placed.replayed else {}),
            **waited,
        }
        return Response(OrderSerializer(made).data, 201, headers=headers)


class OrderDetail(APIView):
    @extend_schema(parameters=prefer.PARAMETERS, responses=answers({200: OrderSerializer}, 401, 404, 429, 503))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One order, as it is or as it is once it is final."""
        order, waited = final(request, upstreams_for(request.user).orders.order(id))
        return Response(OrderSerializer(order).data, headers=waited)


def final(request: Request, order: Order) -> tuple[Order, dict[str, str]]:
    """The order once it is final, within the time that the client prefers to wait, and the header that says so."""
    seconds = prefer.seconds_to_wait(request)
    if order.is_final and seconds:
        return order, prefer.applied(seconds)
    found = wait_until_final(order.id, request.user, seconds) if seconds else None
    return (found, prefer.applied(seconds)) if found else (order, {})


class OrderTimeline(APIView):
    @extend_schema(responses=answers({200: TimelineSerializer}, 401, 404, 429, 503))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The order's way through both services."""
        return Response(TimelineSerializer(timeline_of(upstreams_for(request.user), id)).data)
