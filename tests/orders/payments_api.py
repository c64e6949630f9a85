"""Payments' API as orders asks it, from a list."""

from tests.gateway.stub import reply

PAGE = 3


class Payments:
    """The audit's side of payments' API, over real HTTP, from a list."""

    def __init__(self, stub):
        self.stub = stub
        self.settlements = {}
        self.books = {"entries_sum": 0, "wrong_balances": []}
        self.seen = stub.seen
        stub.behave("GET", "settlements", lambda handler: reply(handler, 200, self.page(stub.seen[-1].query), {}))
        stub.behave("GET", "books", lambda handler: reply(handler, 200, self.books, {}))

    def page(self, query):
        after = query.get("after", "")
        later = [self.settlements[each] for each in sorted(self.settlements) if each > after]
        return {"results": later[:PAGE], "next_after": later[PAGE - 1]["order_id"] if len(later) >= PAGE else None}

    def settle(self, order, **changes):
        paid = {"status": order.status, "reason": order.reason or None, "entries_sum": 0}
        if order.status != "REJECTED":
            paid = {"status": "PAID", "reason": None, "entries_sum": -order.amount}
        same = {"order_id": str(order.id), "user_id": str(order.user_id), "currency": order.currency}
        created = {"created_at": order.created_at.isoformat(), "amount": order.amount}
        self.settlements[str(order.id)] = {**same, **created, **paid, **changes}
