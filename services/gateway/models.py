"""What the gateway owns: users, and the cart of each visitor."""

import uuid_utils.compat
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A shopper or a member of staff; the id is what orders and payments know of a person."""

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
