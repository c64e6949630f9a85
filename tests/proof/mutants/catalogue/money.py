"""Mutants of orders and payments: an order is placed and settled once, at the total that was shown."""

from tests.proof.mutants.mutant import SAGA, Mutant

MONEY = (
    Mutant("no re-arm", "services/payments/handlers.py", ", answers_again=True", "", (SAGA,)),
    Mutant(
        "no status guard",
        "services/orders/use_cases/applying.py",
        " AND orders_order.status = 'NEW'\n    RETURNING",
        "\n    RETURNING",
        ("tests/orders/test_apply_settlements.py",),
    ),
    Mutant(
        "no memory of settlements",
        "services/payments/use_cases/deciding.py",
        "FROM payments_settlement WHERE order_id = ANY(%b::uuid[])",
        "FROM payments_settlement WHERE order_id = ANY(%b::uuid[]) AND false",
        (SAGA,),
    ),
    Mutant(
        "no unique order id",
        "services/payments/migrations/0001_initial.py",
        "('order_id', models.UUIDField(primary_key=True, serialize=False)),",
        "('order_id', models.UUIDField()), ('id', models.BigAutoField(primary_key=True)),",
        ("tests/payments/test_decide_orders.py",),
    ),
    Mutant(
        "watchdog sends no higher attempt",
        "services/orders/use_cases/resending.py",
        "    for order in lost:\n        order.attempt = min(order.attempt + 1, MAX_ATTEMPT)\n",
        "",
        (SAGA,),
    ),
    Mutant(
        "a key gives another id each time",
        "services/orders/models.py",
        'uuid.uuid5(user_id, f"order {idempotency_key}") if idempotency_key else uuid7()',
        "uuid7()",
        ("tests/orders/test_order_ids.py",),
    ),
    Mutant(
        "the process's clock says what is late",
        "services/orders/chores.py",
        "now=database_now()",
        'now=__import__("django.utils.timezone").utils.timezone.now()',
        ("tests/orders/test_one_clock.py",),
        times=4,
    ),
    Mutant(
        "a cheaper price is accepted silently",
        "services/orders/use_cases/placing.py",
        "if expected_total not in (None, order.total):",
        "if expected_total and order.total != expected_total and order.amount >= expected_total.amount:",
        ("tests/orders/test_place_order.py",),
    ),
    Mutant(
        "a status that nobody knows is taken for a rejection",
        "services/orders/events.py",
        "rejected = status == Status.REJECTED",
        "rejected = status != Status.PAID",
        ("tests/orders/test_messages.py",),
    ),
    Mutant(
        "two watchdogs wait for each other",
        "services/orders/use_cases/resending.py",
        "select_for_update(skip_locked=True)",
        "select_for_update()",
        ("tests/orders/test_resend_unsettled.py",),
    ),
    Mutant(
        "an account that somebody holds is waited for",
        "services/payments/use_cases/deciding.py",
        "FOR NO KEY UPDATE SKIP LOCKED",
        "FOR NO KEY UPDATE",
        ("tests/payments/test_decide_orders.py",),
    ),
    Mutant(
        "a message changes without a new version",
        "services/payments/events.py",
        '"reason": self.reason or None',
        '"reason": self.reason',
        ("tests/payments/test_messages.py",),
    ),
)
