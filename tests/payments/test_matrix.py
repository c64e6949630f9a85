"""The matrix of authorization at payments."""

import pytest

from tests.payments.builders import open_with
from tests.support.matrix.asking import Matrix, opened_by_the_other_door, unexpected
from tests.support.matrix.identities import people, service_tokens, sessions
from tests.support.matrix.routes import routes
from tests.support.matrix.rules import (
    COMMON,
    COMMON_ARGUMENTS,
    FEED,
    FORBIDDEN,
    HIDDEN,
    IN,
    SIGN_IN,
    Door,
    Outcome,
    admin_of,
    admin_of_messaging,
    admin_of_users,
    expect,
    operating_api,
    resource,
)


def of_users(**outcomes: Outcome):
    """Another service, and who is nobody, speak for no user."""
    return expect(SIGN_IN, **outcomes, service=FORBIDDEN, anonymous=FORBIDDEN)


USERS = of_users(people=IN)
OWN = of_users(people=HIDDEN, owner=IN)
STAFF = of_users(people=FORBIDDEN, staff=IN)
NOT_THERE_FOR_STAFF = of_users(people=FORBIDDEN, staff=HIDDEN)
AUDIT = expect(SIGN_IN, people=FORBIDDEN, anonymous=FORBIDDEN, service=IN)
USER_ID = "0193f5a0-0000-7000-8000-000000000007"
RULES = {
    **COMMON,
    **FEED,
    **admin_of_users("auth|messaging|payments"),
    **admin_of_messaging(),
    **admin_of("payments/account"),
    **admin_of("payments/ledgerentry"),
    **admin_of("payments/settlement"),
    # By service token; the service is orders, which compares the books.
    "api/v1/account": resource(GET=OWN, POST=USERS),
    "api/v1/account/balance": resource(GET=OWN),
    "api/v1/account/deposits": resource(POST=USERS),
    "api/v1/account/entries": resource(GET=USERS),
    "api/v1/accounts": resource({"user_id": USER_ID}, GET=STAFF),
    "api/v1/books": resource(GET=AUDIT),
    "api/v1/orders/<uuid:order_id>/timeline": resource(GET=USERS),
    "api/v1/settlements": resource(GET=AUDIT),
    "api/v1/ops/orders/<uuid:order_id>": resource(GET=STAFF),
    **operating_api(STAFF, NOT_THERE_FOR_STAFF, USER_ID),
}
ARGUMENTS = {**COMMON_ARGUMENTS, "order_id": USER_ID, "app_label": "payments"}


@pytest.fixture
def matrix(db):
    owner = open_with(500, USER_ID).user_id
    return Matrix({Door.SESSION: sessions(people()), Door.TOKEN: service_tokens(owner)}, RULES, ARGUMENTS)


def test_every_route_has_a_rule(db):
    assert set(routes()) == set(RULES)


@pytest.mark.timeout(400)
def test_every_route_lets_in_whom_its_rule_names_and_nobody_else(matrix):
    assert unexpected(matrix) == {}


def test_no_session_opens_the_api_and_no_token_the_admin(matrix):
    assert opened_by_the_other_door(matrix) == {}
