import time
import uuid

import jwt
import pytest

from services.common.tokens import BY_HAND_SECONDS, LEEWAY_SECONDS, Caller, Errand, InvalidToken, issue, verify

KEYS = {"gateway": ["g" * 50], "orders": ["o" * 50]}
USER = uuid.UUID(int=7)
ERRAND = Errand("POST", "/api/v1/orders")


def token(caller=None, *, issuer="gateway", **options):
    [key] = KEYS.get(issuer, ["x" * 50])
    given = {"key": key, "audience": "payments", "caller": caller or Caller(USER), "errand": ERRAND, **options}
    return issue(issuer=issuer, **given)


def made_of(**claims):
    now = int(time.time())
    bound = {"method": "POST", "path": "/api/v1/orders"}
    claims = {"iss": "gateway", "aud": "payments", "iat": now, "exp": now + 60, **bound, **claims}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, KEYS["gateway"][0])


def check(text, *, keys=KEYS, errand=ERRAND, **options):
    return verify(text, keys=keys, audience="payments", errand=errand, **options)


@pytest.mark.parametrize("caller", [Caller(USER), Caller(USER, is_staff=True), Caller(scope="audit"), Caller()])
def test_gateway_speaks_for_whomever_it_names(caller):
    assert check(token(caller)) == caller


def test_another_service_speaks_for_itself_alone():
    assert check(token(Caller(USER, is_staff=True, scope="audit"), issuer="orders")) == Caller(scope="audit")


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
        token(issuer="orders", key=KEYS["gateway"][0]),
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
        made_of(exp=int(time.time()) + 61),
        made_of(method="GET"),
        made_of(method=None),
        made_of(path="/api/v1/account/deposits"),
        made_of(path=None),
        token(errand=None),
    ],
)
def test_any_other_token_is_invalid(text):
    with pytest.raises(InvalidToken):
        check(text)


def test_staff_is_said_by_true_alone():
    assert check(made_of(sub=str(USER), staff="true")) == Caller(USER)


@pytest.mark.parametrize("errand", [Errand("GET", "/api/v1/orders"), Errand("POST", "/api/v1/orders/")])
def test_token_is_for_one_request_alone(errand):
    assert check(token()) == Caller(USER)
    with pytest.raises(InvalidToken, match="another errand"):
        check(token(), errand=errand)


def test_token_by_hand_is_for_any_request_where_such_tokens_are_taken():
    by_hand = token(errand=None, lifetime_seconds=BY_HAND_SECONDS)
    assert check(by_hand, by_hand=True) == Caller(USER)
    with pytest.raises(InvalidToken):
        check(by_hand)
    with pytest.raises(InvalidToken, match="too long a life"):
        check(token(errand=None, lifetime_seconds=BY_HAND_SECONDS + 1), by_hand=True)


def test_token_for_a_request_is_for_no_other_by_hand_either():
    with pytest.raises(InvalidToken):
        check(token(errand=Errand("GET", "/api/v1/account")), by_hand=True)
    with pytest.raises(InvalidToken):
        check(token(lifetime_seconds=BY_HAND_SECONDS), by_hand=True)


def test_key_is_rotated_while_tokens_of_the_old_one_are_on_their_way():
    old, new = KEYS["gateway"][0], "n" * 50
    both = {"gateway": [old, new]}
    assert check(token(), keys=both) == Caller(USER)
    assert check(token(key=new), keys=both) == Caller(USER)
    with pytest.raises(InvalidToken):
        check(token(), keys={"gateway": [new]})
