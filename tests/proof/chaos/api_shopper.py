"""Shoppers of the REST API: they deposit, order and read, and ask again with the same key until they know."""

import time
import uuid

import requests

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN
from tests.proof.chaos.shopper import ANSWER_SECONDS, Shopper, hang_up, new_name


class ApiShopper(Shopper):
    """A call without an answer is `unknown` and is made again with its key."""

    def __init__(self, url, history, deadline):
        super().__init__(f"{url}/api/v1", history, deadline)
        self.headers = {}

    def call(self, method, path, **options):
        """The answer, or None where there was none that tells what happened."""
        headers = {**self.headers, **options.pop("headers", {})}
        try:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.request(method, f"{self.url}/{path}", headers=headers, timeout=ANSWER_SECONDS, **options)
        except requests.RequestException:
            return None
        return None if answer.status_code in (408, 409, 429) or answer.status_code >= 500 else answer

    def insist(self, method, path, *, on_unknown=lambda: None, **options):
        """Ask until somebody answers."""

        def ask():
            if (answer := self.call(method, path, **options)) is None:
                on_unknown()
            return answer

        return self.until_told(ask, f"{method} {path}")

    def register(self):
        login = {"username": self.name, "password": uuid.uuid4().hex}

        def take_another_name():  # whoever got no answer may be in already
            self.name = login["username"] = new_name()

        self.insist("POST", "users", json=login, on_unknown=take_another_name)
        self.headers = {"Authorization": f"Bearer {self.insist('POST', 'tokens', json=login).json()['token']}"}
        self.insist("POST", "account")

    def order(self, product, quantity, *, times=1, cut=None):
        """Write it so often with one key; with `cut`, hang up on a first one after so many seconds."""
        body = {"items": [{"product": product, "quantity": quantity}]}
        placed = self._write("order", "orders", body, times, cut)
        if placed:
            self.orders.append(placed["id"])

    def deposit(self, amount, *, times=1, cut=None):
        self._write("deposit", "account/deposits", {"amount": amount}, times, cut)

    def _write(self, call, path, body, times, cut):
        key, began = uuid.uuid4().hex, time.monotonic()
        headers = {"Idempotency-Key": key}

        def note_unknown():
            self.history.add(self.name, call, UNKNOWN, key, began=began)

        if cut is not None:
            url = f"{self.url}/{path}"
            hang_up(requests.Request("POST", url, {**self.headers, **headers}, json=body).prepare(), cut)
            note_unknown()
        for _ in range(times):
            answer = self.insist("POST", path, json=body, headers=headers, on_unknown=note_unknown)
            told = self._note(call, key, answer, began)
        return told

    def _note(self, call, key, answer, began):
        """Returns what is told of the effect; asked again with its key, the same must be told."""
        if answer.status_code != 201:
            self.history.add(self.name, call, REFUSED, key, status=str(answer.status_code), began=began)
            return None
        told = answer.json()
        if call == "order":
            facts = {"id": told["id"], "status": told["status"], "amount": told["total"]["amount"]}
        else:
            facts = {"id": told["id"], "amount": told["amount"], "balance": told["balance"]["amount"]}
        self.history.add(self.name, call, OK, key, **facts, answer=answer.text, began=began)
        return told

    def read(self, chance):
        """Look at an order of one's own, at the newest, or at the balance."""
        began = time.monotonic()
        if chance.random() < 0.3:
            if (answer := self.call("GET", "account/balance")) is not None:
                self.history.add(self.name, "balance", OK, balance=answer.json()["balance"]["amount"], began=began)
            return
        order_id = chance.choice(self.orders) if self.orders and chance.random() < 0.7 else None
        answer = self.call("GET", f"orders/{order_id}" if order_id else "orders")
        if answer is None:
            return
        if answer.status_code == 404:
            self.history.add(self.name, "read", REFUSED, id=order_id)
            return
        body = answer.json()
        for order in body.get("results", [body]):
            facts = {"status": order["status"], "reason": order["reason"] or "", "amount": order["total"]["amount"]}
            self.history.add(self.name, "read", OK, id=order["id"], **facts, began=began)

    def pry(self, order_id):
        """Look at somebody else's order; it is nobody's business that it exists."""
        answer = self.call("GET", f"orders/{order_id}")
        if answer is not None and answer.status_code != 404:
            self.history.add(self.name, "read", OK, id=order_id, status=answer.text[:80])
