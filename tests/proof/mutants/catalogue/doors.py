"""Mutants of the doors: who may come in, what they may ask for, and what they are told."""

from tests.proof.mutants.mutant import Mutant

KEEP_SESSION = """from django.contrib.auth import login as cycle, logout


def login(request, user, **options):
    request.session.cycle_key = lambda: None
    cycle(request, user, **options)


"""
AFTER_ITS_TIMELINE = """    timeline = timeline_of(upstreams, order_id)
    found = upstreams.orders.order(order_id)"""
BEFORE_ITS_TIMELINE = """    found = upstreams.orders.order(order_id)
    timeline = timeline_of(upstreams, order_id)"""

WHO_COMES_IN = (
    Mutant(
        "another service speaks for users",
        "services/common/tokens.py",
        'if issuer != "gateway":',
        "if False:",
        ("tests/common/test_tokens.py",),
    ),
    Mutant(
        "everybody is staff upstream",
        "services/gateway/clients/upstreams.py",
        "is_staff=user.is_staff",
        "is_staff=True",
        ("tests/gateway/test_clients.py",),
    ),
    Mutant(
        "a token is for any request",
        "services/common/tokens.py",
        "!= (errand.method, errand.path):",
        "== ():",
        ("tests/common/test_tokens.py",),
    ),
    Mutant(
        "a token may live for an hour",
        "services/common/tokens.py",
        "else LIFETIME_SECONDS):",
        "else 3600):",
        ("tests/common/test_tokens.py",),
    ),
    Mutant(
        "a route asks nobody who it is",
        "services/payments/api/accounts.py",
        "    permission_classes = [IsStaff]",
        "    permission_classes = []",
        ("tests/payments/test_matrix.py",),
    ),
    Mutant(
        "another's session can be ended",
        "services/gateway/use_cases/access.py",
        "found = [row for row in user.sessions.all() if",
        "found = [row for row in Session.objects.all() if",
        ("tests/gateway/test_security.py",),
    ),
    Mutant(
        "another's token can be revoked",
        "services/gateway/use_cases/access.py",
        "AuthToken.objects.filter(user=user, token_key=handle)",
        "AuthToken.objects.filter(token_key=handle)",
        ("tests/gateway/test_security.py",),
    ),
    Mutant(
        "requests of a user are not counted",
        "services/gateway/use_cases/throttles.py",
        "return _rations.take(",
        "return 0 * _rations.take(",
        ("tests/gateway/test_throttles.py",),
    ),
    Mutant(
        "carts of users are cleared up",
        "services/gateway/chores.py",
        "Cart.objects.filter(user=None, updated_at",
        "Cart.objects.filter(updated_at",
        ("tests/gateway/test_chores.py",),
    ),
    Mutant(
        "tokens an hour old are accepted",
        "services/common/tokens.py",
        '"require": ["exp", "iat", "aud", "iss"]',
        '"require": ["exp", "iat", "aud", "iss"], "verify_exp": False',
        ("tests/common/test_tokens.py",),
    ),
    Mutant(
        "the session is kept at sign-in",
        "services/gateway/views/visitors.py",
        "from django.contrib.auth import login, logout\n",
        KEEP_SESSION,
        ("tests/gateway/test_visitors.py",),
    ),
    Mutant(
        "the session's cookie travels in clear",
        "services/common/settings.py",
        "SESSION_COOKIE_SECURE = HTTPS_ONLY",
        "SESSION_COOKIE_SECURE = False",
        ("tests/common/test_settings.py",),
    ),
    Mutant(
        "scripts read the session's cookie",
        "services/common/settings.py",
        "SESSION_COOKIE_HTTPONLY = True",
        "SESSION_COOKIE_HTTPONLY = False",
        ("tests/gateway/test_visitors.py",),
    ),
    Mutant(
        "production starts with a known secret",
        "services/common/settings.py",
        "        check(name, value)",
        "        pass",
        ("tests/common/test_settings.py",),
    ),
    Mutant(
        "production signs messages with a known secret",
        "services/common/messaging.py",
        '            check(f"{key_id} of {name}", key)',
        "            pass",
        ("tests/common/test_messaging_settings.py",),
    ),
    Mutant(
        "one secret serves two purposes",
        "services/common/secrets.py",
        ".digest(), name)) != name:",
        ".digest(), name)) is None:",
        ("tests/every_project/test_production.py",),
    ),
    Mutant(
        "a password is counted after it was looked at",
        "services/common/http/lockout.py",
        """        if address:
            count(account)
        with turn():
            user = super().authenticate(request, username, password, **options)
""",
        """        with turn():
            user = super().authenticate(request, username, password, **options)
        if address and not user:
            count(account)
""",
        ("tests/gateway/test_lockout.py",),
    ),
    Mutant(
        "a token outlives the password",
        "services/gateway/models.py",
        "        if has_new_password:",
        "        if False:",
        ("tests/gateway/test_users_api.py",),
    ),
    Mutant(
        "an expired token signs in",
        "services/gateway/api/authentication.py",
        "filter(digest=digest, expiry__gt=timezone.now())",
        "filter(digest=digest)",
        ("tests/gateway/test_users_api.py",),
    ),
    Mutant(
        "a lock never ends",
        "services/common/throttle.py",
        " OR throttle.last_at < clock_timestamp() - %b::interval\nRETURNING",
        " OR throttle.last_at < clock_timestamp() - 9 * %b::interval\nRETURNING",
        ("tests/gateway/test_lockout.py",),
    ),
    Mutant(
        "a page of somebody signed in is stored",
        "services/gateway/views/rendering.py",
        "if isinstance(request.user, User) or request.path",
        "if request.path",
        ("tests/gateway/test_visitors.py",),
    ),
)

WHAT_THEY_ASK_FOR = (
    Mutant(
        "it is ready without a database",
        "services/common/http/health.py",
        'database = "unreachable"',
        'database = "ok"',
        ("tests/common/test_health.py",),
    ),
    Mutant(
        "the largest body is refused",
        "services/common/http/middleware.py",
        "> BODY_LIMIT:",
        ">= BODY_LIMIT:",
        ("tests/common/test_middleware.py",),
    ),
    Mutant(
        "a body is one byte too large",
        "services/common/http/middleware.py",
        "> BODY_LIMIT:",
        "> BODY_LIMIT + 1:",
        ("tests/common/test_middleware.py",),
    ),
    Mutant(
        "a page is as long as anybody likes",
        "services/common/http/pagination.py",
        " and 0 < int(text) <= self.max_page_size)",
        " and 0 < int(text))",
        ("tests/common/test_pagination.py",),
    ),
    Mutant(
        "a breaker that tries again lets everybody through",
        "services/gateway/clients/breaker.py",
        "                return False\n            self._cool_down()\n",
        "                return False\n",
        ("tests/gateway/test_hung_upstreams.py",),
    ),
    Mutant(
        "each service has a deadline of its own",
        "services/gateway/views/checkout.py",
        "check_balance(upstreams.payments, ",
        "check_balance(upstreams_for(request.user).payments, ",
        ("tests/gateway/test_hung_upstreams.py",),
    ),
    Mutant(
        "a variable stands twice in the example",
        ".env.example",
        "KAFKA_PROFILE=\n",
        "KAFKA_PROFILE=\nKAFKA_SECURITY_PROTOCOL=\n",
        ("tests/embedded/test_environment.py",),
    ),
    Mutant(
        "plain text is called TLS",
        "services/common/connections.py",
        'protocol.endswith("ssl")',
        "protocol",
        ("tests/every_project/test_connections.py",),
    ),
)

WHAT_THEY_ARE_TOLD = (
    Mutant(
        "produced is when the confirmation was written down",
        "services/gateway/use_cases/timeline.py",
        "at=max(earliest, receiver[produced].at)",
        "at=sender[produced].at",
        ("tests/gateway/test_use_case_timeline.py",),
    ),
    Mutant(
        "an outcome that nobody knows is forgotten",
        "services/gateway/use_cases/attempts.py",
        "    except UpstreamUnavailable as silence:\n",
        "    except UpstreamUnavailable as silence:\n        Attempt.objects.close(attempt)\n",
        ("tests/gateway/test_unknown_top_up.py",),
    ),
    Mutant(
        "an attempt is written down after it was sent",
        "services/gateway/models.py",
        'return self.get_or_create(user_id=user_id, kind=kind, defaults={"key": key, "body": body})[0]',
        "return self.open_of(user_id, kind) or Attempt(user_id=user_id, kind=kind, key=key, body=body)",
        ("tests/gateway/test_unknown_top_up.py",),
    ),
    Mutant(
        "a twin at work is called a refusal",
        "services/gateway/clients/errors.py",
        "return self.status not in (409, 429) or",
        "return True or",
        ("tests/gateway/test_unknown_top_up.py",),
    ),
    Mutant(
        "what was ordered stays in the cart",
        "services/gateway/use_cases/checkout.py",
        "        carts.take_out(attempt.user_id, quantities)\n",
        "",
        ("tests/gateway/test_unknown_order.py",),
    ),
    Mutant(
        "a page says rejected of a status that it does not know",
        "services/gateway/viewmodels/orders.py",
        'if state != "rejected":',
        "if False:",
        ("tests/gateway/test_viewmodels_orders.py",),
    ),
    Mutant(
        "a page shows an order behind its own timeline",
        "services/gateway/views/orders.py",
        AFTER_ITS_TIMELINE,
        BEFORE_ITS_TIMELINE,
        ("tests/gateway/test_pages.py",),
    ),
    Mutant(
        "steps stand in the order that they should have had",
        "services/gateway/viewmodels/steps.py",
        "key=lambda step: (step.at, places[StepName(step.step)])",
        "key=lambda step: places[StepName(step.step)]",
        ("tests/gateway/test_viewmodels_orders.py",),
    ),
)

DOORS = (*WHO_COMES_IN, *WHAT_THEY_ASK_FOR, *WHAT_THEY_ARE_TOLD)
