"""A stand-in that acts once for each idempotency key, as the services do, and then answers as it is told."""

import uuid

from tests.gateway.answers import MOMENT, ORDER, money, problem
from tests.gateway.stub import hang_up, reply

REUSED = problem(422, "idempotency-key-reused")
IN_PROGRESS = problem(409, "in-progress")


class Remembering:
    """`acts` decides whether what arrives has its effect, `answers` whether anybody hears of it."""

    def __init__(self, stub, path, describe):
        self.stub = stub
        self.describe = describe
        self.effects = {}  # what was done, by key
        self.ids = {}
        self.acts = True
        self.answers = self.tell
        self.refusal = None
        stub.behave("POST", path, self.receive)

    def receive(self, handler):
        seen = self.stub.seen[-1]
        key = seen.headers["Idempotency-Key"]
        if self.refusal and key not in self.effects:
            return reply(handler, self.refusal["status"], self.refusal, {})
        replayed = key in self.effects
        if self.acts:
            self.effects.setdefault(key, seen.body)
            self.ids.setdefault(key, str(uuid.uuid4()))
        return self.answers(handler, key, seen.body, replayed)

    def tell(self, handler, key, body, replayed):
        if self.effects[key] != body:
            return reply(handler, 422, REUSED, {})
        headers = {"Idempotency-Replayed": "true"} if replayed else {}
        return reply(handler, 201, self.describe(self.ids[key], body), headers)

    def cut(self, handler, *_):
        hang_up(handler)

    def hang(self, handler, *_):
        self.stub.hang(handler)

    def busy(self, handler, *_):
        reply(handler, 409, IN_PROGRESS, {"Retry-After": "1"})


def deposit(deposit_id, body):
    return {"id": deposit_id, "amount": body["amount"], "currency": "RUB", "balance": money(body["amount"])}


def order(order_id, body):
    return {**ORDER, "id": order_id, "total": body["expected_total"], "created_at": MOMENT}
