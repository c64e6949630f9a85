"""What the gateway owns: users, and the cart of each visitor."""

import uuid_utils.compat
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A shopper or a member of staff; the id is what orders and payments know of a person."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
