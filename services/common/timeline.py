"""One service's part of an order's timeline, as its API tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rest_framework import serializers


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way."""

    at: datetime
    service: str
    step: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps on this side, in order; `complete` where none is missing."""

    complete: bool
    steps: Sequence[Step]


def place(partition: int | None, offset: int | None) -> str:
    """Where in Kafka a message lies."""
    return f"partition {partition}, offset {offset}"


class StepSerializer(serializers.Serializer[Step]):
    """One step of an order's way."""

    at = serializers.DateTimeField()
    service = serializers.CharField()
    step = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class TimelineSerializer(serializers.Serializer[Timeline]):
    """The steps of an order in this service; `complete` where none is missing."""

    complete = serializers.BooleanField()
    steps = StepSerializer(many=True)
