"""The matrix of authorization at orders."""

import pytest

from tests.support.matrix.asking import Matrix, opened_by_the_other_door, unexpected
from tests.support.matrix.identities import people, service_tokens, sessions
from tests.support.matrix.routes import routes
from tests.support.matrix.rules import (
    COMMON,
    COMMON_ARGUMENTS,
    EVERYTHING,
    FEED,
    FORBIDDEN,
    HIDDEN,
    IN,
    SIGN_IN,
    Door,
    admin_of,
    admin_of_messaging,
    admin_of_users,
    expect,
    operating_api,
    resource,
)

READERS = expect(SIGN_IN, people=IN, anonymous=IN)
USERS = expect(SIGN_IN, people=IN, anonymous=FORBIDDEN)
OWN = expect(SIGN_IN, people=HIDDEN, owner=IN, anonymous=FORBIDDEN)
STAFF = expect(SIGN_IN, people=FORBIDDEN, staff=IN, anonymous=FORBIDDEN)
NOT_THERE_FOR_STAFF = expect(SIGN_IN, people=FORBIDDEN, staff=HIDDEN, anonymous=FORBIDDEN)
NOBODYS_ID = "0193f5a0-0000-7000-8000-000000000007"
RULES = {
    **COMMON,
    **FEED,
    **admin_of_users("auth|messaging|orders"),
    **admin_of_messaging(),
    **admin_of("orders/category", *EVERYTHING),
    **admin_of("orders/product", *EVERYTHING),
    **admin_of("orders/order"),
    **admin_of("orders/audit"),
    # By service token; payments has none for orders.
    "api/v1/audits": resource(GET=STAFF, POST=STAFF),
    "api/v1/products": resource(GET=READERS),
    "api/v1/products/<slug:slug>": resource(GET=READERS),
    "api/v1/categories": resource(GET=READERS),
    "api/v1/orders": resource(GET=USERS, POST=USERS),
    "api/v1/orders/<uuid:order_id>": resource(GET=OWN),
    "api/v1/orders/<uuid:order_id>/timeline": resource(GET=OWN),
    "api/v1/ops/hours": resource(GET=STAFF),
    "api/v1/ops/orders": resource(GET=STAFF),
    "api/v1/ops/orders/<uuid:order_id>": resource(GET=STAFF),
    "api/v1/ops/orders/<uuid:order_id>/resend": resource(POST=STAFF),
    "api/v1/ops/pulse": resource(GET=STAFF),
    **operating_api(STAFF, NOT_THERE_FOR_STAFF, NOBODYS_ID),
}


@pytest.fixture
def matrix(place, user_id):
    arguments = {**COMMON_ARGUMENTS, "slug": "green-tea", "order_id": str(place().id), "app_label": "orders"}
    return Matrix({Door.SESSION: sessions(people()), Door.TOKEN: service_tokens(user_id)}, RULES, arguments)


def test_every_route_has_a_rule(db):
    assert set(routes()) == set(RULES)


@pytest.mark.timeout(400)
def test_every_route_lets_in_whom_its_rule_names_and_nobody_else(matrix):
    assert unexpected(matrix) == {}


def test_no_session_opens_the_api_and_no_token_the_admin(matrix):
    assert opened_by_the_other_door(matrix) == {}
