"""Messages as staff see them: the rows as they are, and their bytes as text."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.fields import InputSerializer
from services.common.http.openapi import answers
from services.common.http.permissions import IsStaff, user_id_of
from services.messaging.models import DeadLetter, Delivery, InboxMessage, OutboxMessage
from services.messaging.operating.queries import Trail
from services.messaging.operating.skip import skip

MAX_NOTE = 500


@extend_schema_field({"type": "string"})
class TextOfBytesField(serializers.Field[Any, Any, str, Any]):
    """Raw bytes as far as they are UTF-8; the others are written as escapes."""

    def to_representation(self, value: Any) -> str:
        return bytes(value).decode("utf-8", "backslashreplace")


class DeliverySerializer(serializers.Serializer[Delivery]):
    """A confirmation by the broker."""

    attempt = serializers.IntegerField()
    partition = serializers.IntegerField()
    offset = serializers.IntegerField()
    confirmed_at = serializers.DateTimeField()


class SentSerializer(serializers.Serializer[OutboxMessage]):
    """A message of the outbox; `waiting` says whether it is to be sent (again)."""

    message_id = serializers.UUIDField()
    type = serializers.CharField()
    topic = serializers.CharField()
    key = serializers.CharField()
    headers = serializers.SerializerMethodField()
    payload = TextOfBytesField(source="value")
    enqueued_at = serializers.DateTimeField(source="created_at")
    waiting = serializers.SerializerMethodField()
    deliveries = DeliverySerializer(many=True)

    def get_headers(self, message: OutboxMessage) -> dict[str, str]:
        return dict(message.headers)

    def get_waiting(self, message: OutboxMessage) -> bool:
        return hasattr(message, "pending")


class ReceivedSerializer(serializers.Serializer[InboxMessage]):
    """A message of the inbox; `produced_at` is the timestamp of its record."""

    message_id = serializers.UUIDField()
    type = serializers.CharField()
    topic = serializers.CharField()
    partition = serializers.IntegerField()
    offset = serializers.IntegerField()
    headers = serializers.SerializerMethodField()
    payload = TextOfBytesField(source="value")
    produced_at = serializers.DateTimeField(source="kafka_timestamp", allow_null=True)
    received_at = serializers.DateTimeField()
    processed_at = serializers.DateTimeField(allow_null=True)
    dead_at = serializers.DateTimeField(allow_null=True)
    attempt = serializers.IntegerField(help_text="The highest that the sender has stated.")
    duplicates = serializers.IntegerField(help_text="Records of it that were absorbed.")
    failures = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField()
    last_error = serializers.CharField(allow_blank=True)

    def get_headers(self, message: InboxMessage) -> dict[str, str]:
        return dict(message.headers)


class LetterSerializer(serializers.Serializer[DeadLetter]):
    """A dead letter; open until it is resolved."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    topic = serializers.CharField()
    partition = serializers.IntegerField(allow_null=True)
    offset = serializers.IntegerField(allow_null=True)
    type = serializers.CharField(allow_blank=True)
    subject = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class TrailSerializer(serializers.Serializer[Trail]):
    """The rows of messaging about one subject."""

    sent = SentSerializer(allow_null=True)
    received = ReceivedSerializer(allow_null=True)
    dead_letters = LetterSerializer(many=True)


class MessageSerializer(serializers.Serializer[OutboxMessage]):
    """What a message is about."""

    type = serializers.CharField()
    subject = serializers.UUIDField()


class MessageDetail(APIView):
    """A message that this service sent."""

    permission_classes = [IsStaff]

    @extend_schema(responses=answers({200: MessageSerializer}, 401, 403, 404))
    def get(self, request: Request, message_id: uuid.UUID) -> Response:
        """What the message of this id is about; 404 where the outbox does not have it, or no longer."""
        return Response(MessageSerializer(get_object_or_404(OutboxMessage, message_id=message_id)).data)


class SkipSerializer(InputSerializer):
    """A message that fails, and why it is not to be waited for."""

    type = serializers.CharField(max_length=100)
    subject = serializers.UUIDField()
    note = serializers.CharField(max_length=MAX_NOTE)


class SkippedSerializer(serializers.Serializer[Any]):
    skipped = serializers.BooleanField(help_text="False where no such message waits after a failure.")


class SkipCreate(APIView):
    """A message that others wait for."""

    permission_classes = [IsStaff]

    @extend_schema(request=SkipSerializer, responses=answers({200: SkippedSerializer}, 400, 401, 403, 413, 415))
    def post(self, request: Request) -> Response:
        """Set a received message that failed aside as a dead letter now, so that what waits behind it goes on."""
        body = SkipSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        done = skip(given["type"], given["subject"], by=str(user_id_of(request)), note=given["note"])
        return Response(SkippedSerializer({"skipped": done}).data)
