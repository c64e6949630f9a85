"""The tables of messaging. The hot paths write them by SQL; the ORM is for reading, the admin and tests."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Left, Now


class OutboxMessage(models.Model):
    """A message recorded in the transaction of the change that it announces. Never changed; pruned when sent."""

    message_id = models.UUIDField(unique=True)
    type = models.CharField(max_length=100)
    subject = models.UUIDField()
    topic = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    value = models.BinaryField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "subject"], name="outbox_one_per_subject")]
        indexes = [models.Index(fields=["created_at"], name="outbox_created")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class PendingDelivery(models.Model):
    """A message that waits to be sent. Narrow, and deleted on confirmation, so that the wide table does not bloat."""

    # No constraint: it is written in one statement with its message, and prune never takes a pending one.
    message = models.OneToOneField(
        OutboxMessage, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="pending"
    )
    attempt = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name_plural = "pending deliveries"

    def __str__(self) -> str:
        return f"{self.message_id} attempt {self.attempt}"


class Delivery(models.Model):
    """A confirmation by the broker that it has the message. Append-only."""

    message = models.ForeignKey(OutboxMessage, models.DO_NOTHING, db_constraint=False, related_name="deliveries")
    attempt = models.PositiveSmallIntegerField()
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.message_id} at {self.partition}/{self.offset}"


PENDING = Q(processed_at=None, dead_at=None)


class InboxMessage(models.Model):
    """A received message: at most one of a type about a subject, however often it was delivered."""

    message_id = models.UUIDField()
    type = models.CharField(max_length=100)
    subject = models.UUIDField()
    key = models.CharField(max_length=200)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    kafka_timestamp = models.DateTimeField(null=True)
    value = models.BinaryField()
    headers = models.JSONField(default=list)
    fingerprint = models.BinaryField()
    attempt = models.PositiveSmallIntegerField(default=1, help_text="The highest that the sender has stated.")
    duplicates = models.PositiveIntegerField(default=0, db_default=0)
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    last_error = models.TextField(blank=True, default="", db_default="")
    dead_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "subject"], name="inbox_one_per_subject")]
        indexes = [
            models.Index(fields=["key", "id"], condition=PENDING, name="inbox_pending_by_key"),
            models.Index(fields=["processed_at"], name="inbox_processed"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


OPEN = Q(resolved_at=None)

# What differs from letter to letter of the same cause: ids, quoted texts, words with a digit, numbers.
VARIABLE = "|".join(
    (
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "'[^']*'",
        '"[^"]*"',
        r"\m[0-9a-fA-F]*[0-9][0-9a-fA-F]*\M",
        "[0-9]+",
    )
)
CAUSE = Left(Func(F("detail"), Value(VARIABLE), Value("…"), Value("g"), function="regexp_replace"), 200)


class DeadLetter(models.Model):
    """A message set aside with its raw bytes: unreadable, contradicting, refused, or failed for the last time.

    Its row is for ever; the bytes (key, value, headers) of one that was dismissed go in time. Only what has no valid
    signature goes wholly, by age and by size: anybody can send it.
    """

    class Source(models.TextChoices):
        OUTBOX = "outbox"
        INBOX = "inbox"

    source = models.CharField(max_length=10, choices=Source.choices)
    reason = models.CharField(max_length=30)
    detail = models.TextField(blank=True, default="")
    cause = models.GeneratedField(expression=CAUSE, output_field=models.TextField(), db_persist=True)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField(null=True)
    offset = models.BigIntegerField(null=True)
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    headers = models.JSONField(default=list)
    digest = models.BinaryField(help_text="Offsets begin anew after a broker lost its data; this does not.")
    type = models.CharField(max_length=100, blank=True, default="")
    subject = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True, help_text="Redriven or dismissed; open again where it dies again.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "partition", "offset", "digest", "reason"],
                nulls_distinct=False,
                name="dead_letter_kept_once",
            )
        ]
        indexes = [
            models.Index(fields=["type", "subject"], name="dead_letter_subject"),
            models.Index(fields=["reason", "created_at"], name="dead_letter_reason"),
            models.Index(fields=["reason", "cause", "created_at"], condition=OPEN, name="dead_letter_group"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.topic}/{self.partition}/{self.offset}"


MAX_BY = 150


class Redrive(models.Model):
    """Who redrove, dismissed or restored a dead letter, when, why, and what became of it. Append-only."""

    dead_letter = models.ForeignKey(DeadLetter, models.PROTECT, related_name="redrives")
    by = models.CharField(max_length=MAX_BY)
    at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=30)
    note = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.dead_letter_id} by {self.by}: {self.outcome}"


class FeedPosition(models.Model):
    """How far a topic's feed was compared with the inbox: what was sent up to here has come."""

    topic = models.CharField(max_length=200, primary_key=True)
    position = models.BigIntegerField(
        default=0, help_text="The sender's number of its last delivery that was compared."
    )
    lost = models.BigIntegerField(default=0, help_text="Messages that only the feed brought.")
    reached_at = models.DateTimeField(db_default=Now(), help_text="When the feed was last compared to its end.")

    def __str__(self) -> str:
        return f"{self.topic} to {self.position}"


def pending_inbox() -> models.QuerySet[InboxMessage]:
    """Messages received and not yet handled, oldest first."""
    return InboxMessage.objects.filter(PENDING).order_by("id")
