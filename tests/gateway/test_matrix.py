"""The matrix of authorization at the gateway; orders and payments are stand-ins that look whose token it is."""

import pytest
from django.conf import settings

from tests.gateway.answers import ACCOUNT, AUDIT, DEPOSIT, ENTRY, ORDER, ORDER_ID, PRODUCT, page
from tests.gateway.stories import PAID_IN_ORDERS, PAID_IN_PAYMENTS
from tests.gateway.stub import not_found, reply
from tests.support.matrix.asking import Matrix, opened_by_the_other_door, unexpected
from tests.support.matrix.identities import api_tokens, people, sessions
from tests.support.matrix.routes import routes
from tests.support.matrix.rules import (
    ANYBODY,
    COMMON,
    COMMON_ARGUMENTS,
    FORBIDDEN,
    HIDDEN,
    IN,
    SIGN_IN,
    Door,
    admin_of,
    admin_of_users,
    everywhere,
    expect,
    pages,
    resource,
)
from tests.support.tokens import caller_seen

pytestmark = pytest.mark.django_db
USERS = expect(SIGN_IN, people=IN)
OWN = expect(SIGN_IN, people=HIDDEN, owner=IN)
STAFF = expect(SIGN_IN, people=FORBIDDEN, staff=IN)
RULES = {
    **COMMON,
    **admin_of_users("auth|gateway|knox", users="gateway/user"),
    **admin_of("knox/authtoken", "delete"),
    # The public API, by token.
    "api/v1/users": resource(POST=ANYBODY),
    "api/v1/tokens": resource(POST=ANYBODY),
    "api/v1/tokens/current": resource(DELETE=USERS),
    "api/v1/products": resource(GET=ANYBODY),
    "api/v1/products/<slug:slug>": resource(GET=ANYBODY),
    "api/v1/categories": resource(GET=ANYBODY),
    "api/v1/orders": resource(GET=USERS, POST=USERS),
    "api/v1/orders/<uuid:id>": resource(GET=OWN),
    "api/v1/orders/<uuid:id>/timeline": resource(GET=OWN),
    "api/v1/account": resource(GET=OWN, POST=USERS),
    "api/v1/account/balance": resource(GET=OWN),
    "api/v1/account/deposits": resource(POST=USERS),
    "api/v1/account/entries": resource(GET=OWN),
    "api/v1/accounts": resource({"user_id": ORDER_ID}, GET=STAFF),
    "api/v1/audits": resource(GET=STAFF, POST=STAFF),
    # The console, by session.
    "ops/": pages(GET=STAFF),
    "ops/day/": pages(GET=STAFF),
    "ops/audit/": pages(POST=STAFF),
    "ops/orders/": pages(GET=STAFF),
    "ops/orders/<uuid:order_id>/": pages(GET=STAFF),
    "ops/orders/<uuid:order_id>/resend/": pages(POST=STAFF),
    "ops/orders/<uuid:order_id>/skip/": pages(POST=STAFF),
    "ops/failures/": pages(GET=STAFF),
    "ops/failures/<service:service>/": pages(GET=STAFF),
    "ops/failures/<service:service>/replay/": pages(POST=STAFF),
    "ops/failures/<service:service>/dismiss/": pages(POST=STAFF),
    "ops/failures/<service:service>/restore/": pages(POST=STAFF),
    # Pages, by session.
    "": pages(GET=ANYBODY),
    "products/<product:slug>/": pages(GET=ANYBODY),
    "pictures/<product:slug>.svg": pages(GET=ANYBODY),
    "cart/": pages(GET=ANYBODY),
    "cart/<product:slug>/": pages(POST=ANYBODY),
    "cart/<product:slug>/add/": pages(POST=ANYBODY),
    "checkout/": pages(GET=USERS, POST=USERS),
    "orders/": pages(GET=USERS),
    "orders/<uuid:order_id>/": pages(GET=OWN),
    "orders/<uuid:order_id>/again/": pages(POST=OWN),
    "account/": pages(GET=USERS, POST=USERS),
    "account/open/": pages(POST=USERS),
    "account/balance/": pages(GET=ANYBODY),
    "account/security/": pages(GET=USERS, POST=USERS),
    "account/security/sessions/<slug:handle>/end/": pages(POST=USERS),
    "account/security/tokens/<slug:handle>/revoke/": pages(POST=USERS),
    "account/security/sign-out/": pages(POST=USERS),
    "login/": pages(GET=ANYBODY, POST=ANYBODY),
    "register/": pages(GET=ANYBODY, POST=ANYBODY),
    "logout/": pages(POST=ANYBODY),
    "theme/": pages(POST=ANYBODY),
    "language/": everywhere(ANYBODY),
}
ARGUMENTS = {
    **COMMON_ARGUMENTS,
    "slug": "green-tea",
    "id": ORDER_ID,
    "order_id": ORDER_ID,
    "handle": "another",
    "service": "payments",
    "app_label": "gateway",
}


def owners(owner, body):
    """Answers the owner, and finds nothing for anybody else, as orders and payments do."""

    def behave(handler):
        stub = handler.server.stub
        keys = {"orders": settings.ORDERS_TOKEN_KEY, "payments": settings.PAYMENTS_TOKEN_KEY}
        caller = caller_seen(stub.seen[-1], key=keys[stub.service], audience=stub.service)
        reply(handler, 200, body, {}) if caller.user_id == owner else not_found(handler)

    return behave


def furnish_console(orders, payments):
    letters = {"count": 0, "dead_again": 0, "letters": [], "deeds": []}
    for stub, story in ((orders, PAID_IN_ORDERS), (payments, PAID_IN_PAYMENTS)):
        stub.answer("GET", "ops/facts", {"results": []})
        stub.answer("GET", "ops/dead-letters", {"results": []})
        stub.answer("GET", f"ops/orders/{ORDER_ID}", story)
    orders.answer("GET", "ops/hours", {"results": []})
    orders.answer("GET", "ops/pulse", {"orders_a_minute": 0.0, "timed": 0, "p50_ms": None, "p95_ms": None})
    payments.answer("GET", "ops/dead-letters/group", letters)
    payments.answer("GET", "ops/dead-letters/preview", {"outcomes": {}})


def furnish(orders, payments, owner):
    for path, body in {
        "categories": {"next": None, "previous": None, "results": []},
        "products": page(PRODUCT),
        "products/green-tea": PRODUCT,
        "orders": page(ORDER),
        "audits": page(),
    }.items():
        orders.answer("GET", path, body)
    orders.behave("GET", f"orders/{ORDER_ID}", owners(owner, ORDER))
    orders.behave("GET", f"orders/{ORDER_ID}/timeline", owners(owner, {"complete": True, "steps": []}))
    payments.behave("GET", "account", owners(owner, ACCOUNT))
    payments.behave("GET", "account/entries", owners(owner, page(ENTRY)))
    payments.answer("GET", "accounts", {**ACCOUNT, "user_id": ORDER_ID})
    orders.answer("POST", "audits", AUDIT, status=202)
    payments.answer("POST", "account", ACCOUNT, status=201)
    payments.answer("POST", "account/deposits", DEPOSIT, status=201)
    payments.answer("GET", f"orders/{ORDER_ID}/timeline", {"complete": True, "steps": []})


@pytest.fixture
def matrix(db, orders, payments):
    known = people()
    furnish(orders, payments, known["owner"].id)
    furnish_console(orders, payments)
    return Matrix({Door.SESSION: sessions(known), Door.TOKEN: api_tokens(known)}, RULES, ARGUMENTS)


def test_every_route_has_a_rule():
    assert set(routes()) == set(RULES)


@pytest.mark.timeout(400)
def test_every_route_lets_in_whom_its_rule_names_and_nobody_else(matrix):
    assert unexpected(matrix) == {}


def test_no_session_opens_the_api_and_no_token_a_page(matrix):
    assert opened_by_the_other_door(matrix) == {}
