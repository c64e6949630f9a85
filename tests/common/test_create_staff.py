import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def create(password):
    call_command("create_staff", username="staff", password=password)


def test_staff_login_is_made_once_and_stays_as_it_is():
    create("first-password")
    create("second-password")
    user = get_user_model().objects.get()
    assert user.is_superuser
    assert user.check_password("first-password")


def test_password_on_a_command_line_is_refused_outside_the_embedded_mode(settings):
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="use createsuperuser"):
        create("first-password")
    assert not get_user_model().objects.exists()
