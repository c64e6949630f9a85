"""The catalogue's views: open to any holder of a service token."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request

from services.common.http.openapi import answers
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import HasServiceToken
from services.orders import queries
from services.orders.api.languages import callers_language
from services.orders.api.serializers import CategorySerializer, ProductQuery, ProductSerializer
from services.orders.models import Category, Product


class ProductPages(NewestFirst):
    """Newest first, unless `?sort=` says otherwise."""

    def get_ordering(self, request: Request, queryset: "QuerySet[Any]", view: Any) -> tuple[str, ...]:
        chosen = {"name": (f"name_{callers_language()}", "id"), "price": ("amount", "id"), "-price": ("-amount", "-id")}
        return chosen.get(request.query_params.get("sort", ""), ("-id",))


class CategoryPages(NewestFirst):
    """All at once, in the order they were put up."""

    ordering = "id"
    page_size = 100


@extend_schema_view(
    get=extend_schema(
        parameters=[ProductQuery],
        responses=answers({200: ProductSerializer(many=True)}, 400, 401, 404),
    )
)
class ProductList(generics.ListAPIView[Product]):
    """The products on sale."""

    permission_classes = [HasServiceToken]
    serializer_class = ProductSerializer
    pagination_class = ProductPages

    def get_queryset(self) -> QuerySet[Product]:
        query = ProductQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        filters = {name: query.validated_data[name] for name in ("search", "category", "slugs")}
        return queries.products(**filters)


@extend_schema_view(get=extend_schema(responses=answers({200: ProductSerializer}, 401, 404)))
class ProductDetail(generics.RetrieveAPIView[Product]):
    """One product on sale."""

    permission_classes = [HasServiceToken]
    serializer_class = ProductSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Product]:
        return queries.products()


@extend_schema_view(get=extend_schema(responses=answers({200: CategorySerializer(many=True)}, 400, 401, 404)))
class CategoryList(generics.ListAPIView[Category]):
    """The shelves of the catalogue."""

    permission_classes = [HasServiceToken]
    serializer_class = CategorySerializer
    pagination_class = CategoryPages

    def get_queryset(self) -> QuerySet[Category]:
        return queries.categories()
