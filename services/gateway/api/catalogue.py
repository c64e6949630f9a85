"""`products` and `categories`: open to all."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.openapi import answers
from services.gateway.api.inputs import ProductQuery
from services.gateway.api.pagination import page_body, query_of
from services.gateway.api.serializers import (
    CategoryPageSerializer,
    CategorySerializer,
    ProductPageSerializer,
    ProductSerializer,
)
from services.gateway.clients.upstreams import upstreams_for
from services.gateway.dtos import Page


class OpenView(APIView):
    """Nobody is asked who they are: a stale token must keep nobody from the catalogue."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class ProductList(OpenView):
    @extend_schema(
        operation_id="products_list",
        parameters=[ProductQuery],
        responses=answers({200: ProductPageSerializer}, 400, 503),
    )
    def get(self, request: Request) -> Response:
        """The catalogue, newest first unless sorted."""
        page = upstreams_for(None).orders.products(**query_of(request, ProductQuery))
        return Response(page_body(request, page, ProductSerializer))


class ProductDetail(OpenView):
    @extend_schema(responses=answers({200: ProductSerializer}, 404, 503))
    def get(self, request: Request, slug: str) -> Response:
        """One product."""
        return Response(ProductSerializer(upstreams_for(None).orders.product(slug)).data)


class CategoryList(OpenView):
    @extend_schema(operation_id="categories_list", responses=answers({200: CategoryPageSerializer}, 503))
    def get(self, request: Request) -> Response:
        """All categories, on one page."""
        page = Page(upstreams_for(None).orders.categories(), next_cursor=None, previous_cursor=None)
        return Response(page_body(request, page, CategorySerializer))
