"""The views of orders: each user sees and places their own."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.clock import database_now
from services.common.http import idempotency, prefer
from services.common.http.openapi import LOCATION, answers
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import user_id_of
from services.common.http.problems import Problem
from services.common.money import MAX_AMOUNT
from services.orders import queries, use_cases
from services.orders.api.serializers import (
    OrderInputSerializer,
    OrderQuery,
    OrderSerializer,
    PriceChangedSerializer,
    TimelineSerializer,
    merged,
)
from services.orders.models import Order
from services.orders.timeline import timeline_of


@contextmanager
def refusals_as_problems(items: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Tell the use-case's refusals as problems; an unknown product is named by its index in the list."""
    try:
        with idempotency.refusals_as_problems():
            yield
    except use_cases.UnknownProducts as unknown:
        unknown_at = [index for index, item in enumerate(items) if item["product"] in unknown.slugs]
        message = ["There is no such product."]
        raise ValidationError({f"items.{index}.product": message for index in unknown_at}) from None
    except use_cases.TotalTooLarge:
        raise ValidationError({"items": [f"The total may be at most {MAX_AMOUNT}."]}) from None
    except use_cases.PriceChanged as changed:
        total = {"amount": changed.total.amount, "currency": changed.total.currency}
        raise Problem(409, "price-changed", "The total is another one today.", total=total) from None


class OrderPages(NewestFirst):
    """Newest first by time: an id made from a key says nothing of it."""

    ordering = ("-created_at", "-id")


@extend_schema_view(
    get=extend_schema(
        parameters=[OrderQuery],
        responses=answers({200: OrderSerializer(many=True)}, 400, 401, 404),
    )
)
class OrderList(generics.ListAPIView[Order]):
    """The caller's orders, newest first, and the way to place one."""

    serializer_class = OrderSerializer
    pagination_class = OrderPages

    def get_queryset(self) -> QuerySet[Order]:
        query = OrderQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        status = query.validated_data["status"]
        return queries.orders_of(user_id_of(self.request), status=status, now=database_now())

    @extend_schema(
        parameters=[*prefer.PARAMETERS, idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER, LOCATION],
        request=OrderInputSerializer,
        responses=answers({201: OrderSerializer, 409: PriceChangedSerializer}, 400, 401, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        """Place an order at the catalogue's prices; it is NEW until payments has decided."""
        body = OrderInputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        items = body.validated_data["items"]
        with refusals_as_problems(items):
            placed = use_cases.place_order(
                user_id=user_id_of(request),
                quantities=merged(items),
                expected_total=body.validated_data.get("expected_total"),
                idempotency_key=idempotency.read_key(request),
                now=database_now(),
            )
        waited = wait_until_final(request, placed.id)
        path = reverse("orders:order", args=[placed.id])
        replayed = idempotency.REPLAYED if placed.replayed else {}
        headers = {"Location": request.build_absolute_uri(path), **replayed, **waited}
        order = order_of_caller(request, placed.id) if waited else placed
        return Response(OrderSerializer(order).data, status=201, headers=headers)


class OrderDetail(APIView):
    """One of the caller's orders; another user's is not found."""

    @extend_schema(parameters=prefer.PARAMETERS, responses=answers({200: OrderSerializer}, 401, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """The order as it is, or as it is once it is final."""
        order = order_of_caller(request, order_id)
        waited = wait_until_final(request, order.id)
        return Response(OrderSerializer(order_of_caller(request, order_id) if waited else order).data, headers=waited)


def order_of_caller(request: Request, order_id: uuid.UUID) -> Order:
    return get_object_or_404(queries.orders_of(user_id_of(request), now=database_now()), pk=order_id)


def wait_until_final(request: Request, order_id: uuid.UUID) -> dict[str, str]:
    """As long as the client prefers; the header that says so, none where there was no place to wait."""
    seconds = prefer.seconds_to_wait(request)
    with prefer.place_to_wait(seconds) as may_wait:
        if not may_wait:
            return {}
        prefer.wait_until(lambda: queries.is_final(order_id), seconds)
    return prefer.applied(seconds)


class TimelineDetail(APIView):
    """The steps of an order in this service."""

    @extend_schema(responses=answers({200: TimelineSerializer}, 401, 404))
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """The steps `created`, `enqueued`, `produced`, `reply_produced`, `reply_received` and `status_changed`.

        As far as they are. `produced` is when the broker confirmed it, `reply_produced` the timestamp of its record.
        """
        return Response(TimelineSerializer(timeline_of(order_of_caller(request, order_id))).data)
