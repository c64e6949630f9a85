"""People register and sign in to the REST API, without a browser."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from knox.models import AuthToken

from services.gateway.models import User
from services.gateway.use_cases import people

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret"


def test_registered_person_gets_a_token_for_a_month():
    user = people.register(username="grace", password=PASSWORD)
    issued = people.issue_token(user)
    assert AuthToken.objects.get().user == user
    assert timedelta(days=29) < issued.expires_at - timezone.now() < timedelta(days=31)


def test_everything_wrong_is_told_by_field_and_nobody_is_registered():
    with pytest.raises(ValidationError) as refused:
        people.register(username="a b", password="x")
    assert set(refused.value.message_dict) == {"username", "password"}
    assert not User.objects.exists()
