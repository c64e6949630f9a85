import time
import uuid

import jwt
import pytest

from services.common.tokens import LEEWAY_SECONDS, Caller, InvalidToken, issue, verify

KEYS = {"gateway": "g" * 50, "orders": "o" * 50}
USER = uuid.UUID(int=7)


def token(caller=None, *, issuer="gateway", **options):
    options = {"key": KEYS.get(issuer, "x" * 50), "audience": "payments", "caller": caller or Caller(USER), **options}
    return issue(issuer=issuer, **options)


def made_of(**claims):
    now = int(time.time())
    claims = {"iss": "gateway", "aud": "payments", "iat": now, "exp": now + 60, **claims}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, KEYS["gateway"])


def check(text):
    return verify(text, keys=KEYS, audience="payments")


@pytest.mark.parametrize("caller", [Caller(USER), Caller(USER, is_staff=True), Caller(scope="audit"), Caller()])
def test_gateway_speaks_for_whomever_it_names(caller):
    assert check(token(caller)) == caller


def test_another_service_speaks_for_itself_alone():
    assert check(token(Caller(USER, is_staff=True, scope="audit"), issuer="orders")) == Caller(scope="audit")


def test_two_tokens_for_one_caller_differ():
    assert token() != token()


def test_clocks_may_differ_by_the_leeway_and_no_more():
    assert check(token(lifetime_seconds=5 - LEEWAY_SECONDS)) == Caller(USER)
    with pytest.raises(InvalidToken, match="ExpiredSignatureError"):
        check(token(lifetime_seconds=-LEEWAY_SECONDS - 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "a.b.c",
        "é.é.é",
        token(key="other" * 10),
        token(issuer="stranger"),
        token(issuer="orders", key=KEYS["gateway"]),
        token(audience="orders"),
        token(lifetime_seconds=-3600),
        token()[:-5],
        jwt.encode({"iss": "gateway", "aud": "payments", "sub": str(USER)}, None, algorithm="none"),
        made_of(exp=None),
        made_of(iat=None),
        made_of(aud=None),
        made_of(iss=None),
        made_of(sub="no uuid"),
        made_of(iat=int(time.time()) + 3600),
    ],
)
def test_any_other_token_is_invalid(text):
    with pytest.raises(InvalidToken):
        check(text)


def test_staff_is_said_by_true_alone():
    assert check(made_of(sub=str(USER), staff="true")) == Caller(USER)
