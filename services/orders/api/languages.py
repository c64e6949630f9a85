"""Texts in the caller's language; the models hold every language."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers


def callers_language() -> str:
    """`ru` or `en`, as the request's Accept-Language asks; `en` for any other."""
    return "ru" if (get_language() or "").startswith("ru") else "en"


class LocalizedTextField(serializers.CharField):
    """The text of `<field>_ru` or `<field>_en`, in the caller's language."""

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, f"{self.field_name}_{callers_language()}")
