"""A client program of the shop: plain HTTP, nothing of the shop's code."""

import time
import uuid

import requests

SETTLED_WITHIN = 30.0


class ShopClient:
    """One user's view of `/api/v1/`; every method insists on the status that it was promised."""

    def __init__(self, url):
        self.api = f"{url.rstrip('/')}/api/v1"
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy of the machine has no business here

    def call(self, method, path, *, expect, **options):
        answer = self.http.request(method, f"{self.api}/{path}", timeout=10, **options)
        told = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == expect, f"{told} instead of {expect}"
        return answer.json() if answer.content else None

    def register(self):
        login = {"username": f"scenario-{uuid.uuid4().hex[:12]}", "password": uuid.uuid4().hex}
        self.call("POST", "users", expect=201, json=login)
        token = self.call("POST", "tokens", expect=201, json=login)["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return login["username"]

    def products(self):
        found, page = [], self.call("GET", "products", expect=200)
        found += page["results"]
        while page["next"]:
            answer = self.http.get(page["next"], timeout=10)
            assert answer.status_code == 200, f"next page of products: {answer.status_code}"
            page = answer.json()
            found += page["results"]
        return found

    def order(self, product, quantity=1):
        """Place an order and return it once it is settled."""
        items = [{"product": product["slug"], "quantity": quantity}]
        key = {"Idempotency-Key": uuid.uuid4().hex}
        order = self.call("POST", "orders", expect=201, json={"items": items}, headers=key)
        assert order["status"] == "NEW", f"a fresh order is {order['status']}"
        deadline = time.monotonic() + SETTLED_WITHIN
        while order["status"] == "NEW":
            assert time.monotonic() < deadline, f"order {order['id']} is still NEW after {SETTLED_WITHIN:.0f} s"
            time.sleep(0.02)
            order = self.call("GET", f"orders/{order['id']}", expect=200)
        return order

    def balance(self):
        return self.call("GET", "account/balance", expect=200)["balance"]["amount"]
