"""What the upstreams answer, as the contract says it."""

ORDER_ID = "0193f5a0-0000-7000-8000-000000000001"
ACCOUNT_ID = "0193f5a0-0000-7000-8000-000000000002"
MOMENT = "2026-11-22T10:00:00Z"


def money(amount):
    return {"amount": amount, "currency": "RUB"}


def page(*results, following=None, previous=None):
    return {"next": following, "previous": previous, "results": list(results)}


PRODUCT = {
    "slug": "green-tea",
    "name": "Green tea",
    "description": "Leaves.",
    "category": "tea",
    "price": money(129_000),
}
ITEM = {"product": "green-tea", "name": "Green tea", "quantity": 2, "price": money(129_000), "total": money(258_000)}
ORDER = {
    "id": ORDER_ID,
    "status": "NEW",
    "reason": None,
    "total": money(258_000),
    "items": [ITEM],
    "created_at": MOMENT,
    "settled_at": None,
    "delayed": False,
}
ACCOUNT = {"id": ACCOUNT_ID, "balance": money(500), "created_at": MOMENT}
DEPOSIT = {"id": ACCOUNT_ID, "amount": 500, "currency": "RUB", "balance": money(500)}
ENTRY = {
    "id": ACCOUNT_ID,
    "kind": "payment",
    "amount": -500,
    "currency": "RUB",
    "balance_after": 0,
    "order_id": ORDER_ID,
    "created_at": MOMENT,
}
AUDIT = {
    "id": ORDER_ID,
    "requested_at": MOMENT,
    "finished_at": MOMENT,
    "state": "exceptions",
    "failure": "",
    "counts": {"orders": 1},
    "exceptions": 1,
    "findings": [{"kind": "missing", "subject": ORDER_ID, "detail": "no settlement", "fix": "resend_tasks"}],
}


def problem(status, slug, **extra):
    return {
        "type": f"/problems/{slug}",
        "title": "No",
        "status": status,
        "detail": "No.",
        "trace_id": "0" * 32,
        **extra,
    }


def step(name, service="orders", at=MOMENT):
    return {"at": at, "service": service, "step": name, "detail": ""}
