"""The catalogue's views: open to any holder of a service token."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request

from services.common.http.pagination import NewestFirst
from services.common.http.permissions import HasServiceToken
from services.common.http.problems import ProblemSerializer
from services.orders import queries
from services.orders.api.serializers import CategorySerializer, ProductQuery, ProductSerializer
from services.orders.models import Category, Product

UNAUTHORIZED = {401: ProblemSerializer}
NOT_FOUND = {404: ProblemSerializer}
INVALID = {400: ProblemSerializer}


class ProductPages(NewestFirst):
    """Newest first, unless `?sort=` says otherwise."""

    def get_ordering(self, request: Request, queryset: "QuerySet[Any]", view: Any) -> tuple[str, ...]:
        name = "name_ru" if (get_language() or "").startswith("ru") else "name_en"
        chosen = {"name": (name, "id"), "price": ("amount", "id"), "-price": ("-amount", "-id")}
        return chosen.get(request.query_params.get("sort", ""), ("-id",))


class CategoryPages(NewestFirst):
    """All at once, in the order they were put up."""

    ordering = "id"
    page_size = 100


@extend_schema_view(
    get=extend_schema(
        parameters=[ProductQuery],
        responses={200: ProductSerializer(many=True), **INVALID, **UNAUTHORIZED, **NOT_FOUND},
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


@extend_schema_view(get=extend_schema(responses={200: ProductSerializer, **UNAUTHORIZED, **NOT_FOUND}))
class ProductDetail(generics.RetrieveAPIView[Product]):
    """One product on sale."""

    permission_classes = [HasServiceToken]
    serializer_class = ProductSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Product]:
        return queries.products()


@extend_schema_view(
    get=extend_schema(responses={200: CategorySerializer(many=True), **INVALID, **UNAUTHORIZED, **NOT_FOUND})
)
class CategoryList(generics.ListAPIView[Category]):
    """The shelves of the catalogue."""

    permission_classes = [HasServiceToken]
    serializer_class = CategorySerializer
    pagination_class = CategoryPages

    def get_queryset(self) -> QuerySet[Category]:
        return queries.categories()
