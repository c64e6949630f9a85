"""What the gateway owns: users, their sessions, visitors' carts, and what nobody knows the outcome of yet."""

import uuid
from typing import Any, cast

import uuid_utils.compat
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends import db as sessions
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from services.gateway.dtos import Money
from services.gateway.limits import MAX_QUANTITY


class User(AbstractUser):
    """A shopper or a member of staff; the id is what orders and payments know of a person.

    With a new password every session and every token ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            # Two names that differ in case alone would be taken for each other by people.
            models.UniqueConstraint(
                Lower("username"),
                name="username_taken",
                violation_error_message=_("A user with that username already exists."),
            ),
        ]

    @transaction.atomic
    def save(self, *args: Any, **options: Any) -> None:
        # `set_password` keeps it until it is saved; the stubs know neither it nor what points here from knox.
        has_new_password = self._password is not None  # type: ignore[attr-defined]
        super().save(*args, **options)
        if has_new_password:
            self.sign_out_everywhere()

    def sign_out_everywhere(self) -> None:
        """End every session and every token of the user."""
        self.sessions.all().delete()
        self.auth_token_set.all().delete()  # type: ignore[attr-defined]


class Session(AbstractBaseSession):
    """A session that knows whose it is, so that a user's sessions can be found; nobody's while nobody is signed in."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore


class SessionStore(sessions.SessionStore):
    """The engine of sessions (`SESSION_ENGINE` names this module)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to save, with the user whom Django's own login wrote into the session."""
        row = cast(Session, super().create_model_instance(data))
        row.user_id = uuid.UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


class Cart(models.Model):
    """What a visitor means to buy. The key belongs to exactly these contents: every change makes a new one."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    # Signed-out visitors have none: their session knows the cart's id.
    user = models.OneToOneField(User, models.CASCADE, null=True, blank=True, related_name="cart")
    key = models.UUIDField(default=uuid_utils.compat.uuid7, unique=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["updated_at"], condition=models.Q(user=None), name="cart_of_nobody")]

    def __str__(self) -> str:
        return str(self.id)


class CartItem(models.Model):
    """A line of a cart: a product of the orders service, by its slug."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="items")
    product = models.SlugField(max_length=100)
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="cart_item_once"),
            models.CheckConstraint(condition=models.Q(quantity__range=(1, MAX_QUANTITY)), name="cart_item_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"


class Attempts(models.Manager["Attempt"]):
    """The attempts that are open."""

    def open_of(self, user_id: uuid.UUID, kind: "Attempt.Kind") -> "Attempt | None":
        return self.filter(user_id=user_id, kind=kind).first()

    @transaction.atomic(durable=True)
    def begin(self, user_id: uuid.UUID, kind: "Attempt.Kind", key: uuid.UUID, body: dict[str, Any]) -> "Attempt":
        """The user's open attempt of this kind, committed: a new one, or the one that is open already."""
        return self.get_or_create(user_id=user_id, kind=kind, defaults={"key": key, "body": body})[0]

    def close(self, attempt: "Attempt") -> None:
        """The outcome is known; a twin may have closed it before."""
        self.filter(pk=attempt.pk).delete()


class Attempt(models.Model):
    """What a user pressed, from before it is sent until its outcome is known: at most one of each kind at a time."""

    class Kind(models.TextChoices):
        ORDER = "order"
        DEPOSIT = "deposit"

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)  # the constraint has an index
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.UUIDField()
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Attempts()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="attempt_one_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def money(self) -> Money:
        if self.kind == self.Kind.ORDER:
            return Money.from_json(self.body["expected_total"])
        return Money(self.body["amount"], settings.CURRENCY)


class OrderedCart(models.Model):
    """Which order a cart's key became, so that a form sent again leads to it; without an id where only orders knows."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    order_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.order_id)
