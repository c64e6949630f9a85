"""The views of orders: each user sees and places their own."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http import idempotency
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import user_id_of
from services.common.http.problems import Problem, ProblemSerializer
from services.common.money import MAX_AMOUNT
from services.common.timeline import TimelineSerializer
from services.orders import queries, use_cases
from services.orders.api.serializers import (
    OrderInputSerializer,
    OrderQuery,
    OrderSerializer,
    PriceChangedSerializer,
    merged,
)
from services.orders.models import Order

REFUSALS = {400: ProblemSerializer, 401: ProblemSerializer}
NOT_FOUND = {401: ProblemSerializer, 404: ProblemSerializer}
PLACING = {**REFUSALS, 409: PriceChangedSerializer, **dict.fromkeys((413, 415, 422), ProblemSerializer)}


@contextmanager
def refusals_as_problems(items: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Tell the use-case's refusals as problems; an unknown product is named by its place in the list."""
    try:
        with idempotency.refusals_as_problems():
            yield
    except use_cases.UnknownProducts as unknown:
        places = [place for place, item in enumerate(items) if item["product"] in unknown.slugs]
        message = ["There is no such product."]
        raise ValidationError({f"items.{place}.product": message for place in places}) from None
    except use_cases.TotalTooLarge:
        raise ValidationError({"items": [f"The total may be at most {MAX_AMOUNT}."]}) from None
    except use_cases.PriceChanged as changed:
        total = {"amount": changed.total.amount, "currency": changed.total.currency}
        raise Problem(409, "price-changed", "The total is another one today.", total=total) from None


@extend_schema_view(
    get=extend_schema(
        parameters=[OrderQuery],
        responses={200: OrderSerializer(many=True), **REFUSALS, 404: ProblemSerializer},
    )
)
class OrderList(generics.ListAPIView[Order]):
    """The caller's orders, newest first, and the way to place one."""

    serializer_class = OrderSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Order]:
        query = OrderQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return queries.orders_of(user_id_of(self.request), status=query.validated_data["status"])

    @extend_schema(
        parameters=[idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER],
        request=OrderInputSerializer,
        responses={201: OrderSerializer, **PLACING},
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
                now=timezone.now(),
            )
        path = reverse("orders:order", args=[placed.order.id])
        headers = {"Location": request.build_absolute_uri(path), **(idempotency.REPLAYED if placed.replayed else {})}
        as_placed = OrderSerializer(placed.order, context={"now": placed.order.created_at})
        return Response(as_placed.data, status=201, headers=headers)


@extend_schema_view(get=extend_schema(responses={200: OrderSerializer, **NOT_FOUND}))
class OrderDetail(generics.RetrieveAPIView[Order]):
    """One of the caller's orders; another user's is not found."""

    serializer_class = OrderSerializer
    lookup_url_kwarg = "order_id"

    def get_queryset(self) -> QuerySet[Order]:
        return queries.orders_of(user_id_of(self.request))


class OrderTimeline(APIView):
    """The steps of an order in this service."""

    @extend_schema(responses={200: TimelineSerializer, **NOT_FOUND})
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """The steps `created`, `enqueued`, `produced`, `reply_received` and `status_changed`, as far as they are."""
        order = get_object_or_404(queries.orders_of(user_id_of(request)), pk=order_id)
        return Response(TimelineSerializer(queries.timeline(order)).data)
