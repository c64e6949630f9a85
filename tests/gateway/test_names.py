"""Names that people would take for another's."""

import pytest

from services.gateway.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret"


@pytest.fixture
def register(client):
    def register(name):
        body = {"username": name, "password": PASSWORD}
        response = client.post("/api/v1/users", body, content_type="application/json")
        return response.status_code, response.json().get("errors", {}).get("username", [])

    return register


@pytest.mark.parametrize("name", ["\u0430dmin", "p\u0430ul", "An\u043da", "\u03b1lpha"])
def test_name_of_two_alphabets_is_refused(register, name):
    assert register(name) == (400, ["Use letters of one alphabet."])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "name", ["admin", "Support", "\u0455\u0443\u0455\u0442\u0435\u043c", "\u0455\u04bb\u043e\u0440"]
)
def test_name_of_the_shop_is_refused_in_whatever_letters(register, name):
    assert register(name) == (400, ["This name is kept for the shop."])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("coco", "\u0441\u043e\u0441\u043e"),
        ("\u0441\u043e\u0441\u043e", "Coco"),
        ("hope", "\u043d\u043e\u0440\u0435"),
        ("\u04bb\u043e\u0440\u0435", "hope"),
    ],
)
def test_name_that_looks_like_one_that_is_taken_is_refused(register, first, second):
    assert register(first)[0] == 201
    assert register(second) == (400, ["This name looks like another one."])
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "\u0410\u043d\u043d\u0430",
        "anna_1",
        "anna@example.com",
        "\u674e\u5c0f\u9f99",
        "\u5c71\u7530\u3055\u3093",
        "42",
        "\u0441\u043e\u0432\u0430",
    ],
)
def test_name_of_one_alphabet_is_taken(register, name):
    assert register(name) == (201, [])
