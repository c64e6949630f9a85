import uuid

import pytest

from services.common.http.permissions import HasServiceToken, IsStaff, IsUser, caller_of, user_id_of
from tests.common.views import ask
from tests.support.tokens import bearer, refused_tokens

USER = uuid.UUID(int=7)
CALLERS = {
    "user": {"user_id": USER},
    "staff": {"user_id": USER, "staff": True},
    "service": {"scope": "audit"},
    "nobody": {},
}
NOT_AUTHENTICATED = (
    "missing",
    "empty",
    "other scheme",
    "no token",
    "expired",
    "altered",
    "other key",
    "other audience",
    "other errand",
    "too long a life",
)


def status(permission, headers):
    return ask(lambda request: None, permission=permission, **headers).status_code


@pytest.mark.parametrize(
    ("permission", "welcome"),
    [(HasServiceToken, set(CALLERS)), (IsUser, {"user", "staff"}), (IsStaff, {"staff"})],
)
def test_permission_lets_in_whom_it_names(permission, welcome):
    found = {name: status(permission, bearer(**caller)) for name, caller in CALLERS.items()}
    assert found == {name: 200 if name in welcome else 403 for name in CALLERS}


@pytest.mark.parametrize("way", NOT_AUTHENTICATED)
@pytest.mark.parametrize("permission", [HasServiceToken, IsUser, IsStaff])
def test_token_that_is_missing_or_wrong_is_a_401_that_says_how_to_come_in(permission, way):
    response = ask(lambda request: None, permission=permission, **refused_tokens()[way])
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.body["type"] == "/problems/unauthorized"


def test_no_way_to_be_wrong_is_left_out():
    assert set(refused_tokens()) == set(NOT_AUTHENTICATED)


def test_token_with_foreign_letters_is_a_401():
    assert ask(lambda request: None, Authorization="Bearer \xe9\xff").status_code == 401


def test_scheme_may_be_written_in_any_case():
    token = bearer(USER)["Authorization"].split()[1]
    assert ask(lambda request: str(user_id_of(request)), Authorization=f"BEARER {token}").body == str(USER)


def test_caller_is_whom_the_token_names():
    answer = ask(lambda request: str(caller_of(request).user_id), **bearer(USER))
    assert answer.body == str(USER)


@pytest.mark.parametrize("read", [caller_of, user_id_of])
def test_who_nobody_vouches_for_is_no_caller(read):
    assert ask(read, permission=None).status_code == 401


def test_caller_without_a_user_speaks_for_none():
    assert ask(user_id_of, **bearer()).status_code == 401
