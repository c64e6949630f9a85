"""The facts of a service, for staff."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.openapi import answers
from services.common.http.permissions import IsStaff
from services.messaging.facts import Reading, facts


class ReadingSerializer(serializers.Serializer[Reading]):
    """A fact as it is now; `degraded` where something is wrong, and `advice` is then the first thing to do."""

    name = serializers.CharField(source="fact.name")
    help = serializers.CharField(source="fact.help")
    unit = serializers.CharField(source="fact.unit", help_text="Empty for a yes (1) or no (0).")
    value = serializers.FloatField(allow_null=True, help_text="Null where it could not be read.")
    degraded = serializers.BooleanField(source="is_degraded")
    advice = serializers.CharField(source="fact.advice")


class ReadingsSerializer(serializers.Serializer[Any]):
    results = ReadingSerializer(many=True)


class FactList(APIView):
    """How it stands with this service."""

    permission_classes = [IsStaff]

    @extend_schema(operation_id="ops_facts_list", responses=answers({200: ReadingsSerializer}, 401, 403))
    def get(self, request: Request) -> Response:
        """Every fact, read now."""
        return Response(ReadingsSerializer({"results": [fact.take() for fact in facts()]}).data)
