"""Filling the catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from services.orders.models import Category, Product


@transaction.atomic
def load_catalogue(*, catalogue: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """Add the categories and products that are missing; what is there stays as it is. Returns how many were added."""
    before = Product.objects.count()
    Category.objects.bulk_create([Category(**each) for each in catalogue["categories"]], ignore_conflicts=True)
    shelves = Category.objects.in_bulk(field_name="slug")
    products = [
        Product(**{**each, "category": shelves[each["category"]]}, currency=settings.CURRENCY)
        for each in reversed(catalogue["products"])  # the first of the file becomes the newest, and is listed first
    ]
    Product.objects.bulk_create(products, ignore_conflicts=True)
    return Product.objects.count() - before
