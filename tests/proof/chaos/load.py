"""Shoppers: they deposit, order and read through the gateway, and ask again with the same key until they know."""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN

RETRY_SECONDS = 0.25
PATIENCE_SECONDS = 180.0
THREADS = 8
# So many writes are made twice with one key, and so many reads are of somebody else's order.
ASK_AGAIN = 0.2


def new_name():
    return f"storm-{uuid.uuid4().hex[:12]}"


class Shopper:
    """One user. A call without an answer is `unknown` and is made again with its key."""

    def __init__(self, url, history, deadline):
        self.api = f"{url}/api/v1"
        self.history = history
        self.deadline = deadline
        self.headers = {}
        self.name = new_name()
        self.id = None
        self.orders = []

    def call(self, method, path, **options):
        """The answer, or None where there was none that tells what happened."""
        headers = {**self.headers, **options.pop("headers", {})}
        try:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.request(method, f"{self.api}/{path}", headers=headers, timeout=10, **options)
        except requests.RequestException:
            return None
        return None if answer.status_code in (408, 409, 429) or answer.status_code >= 500 else answer

    def insist(self, method, path, *, on_unknown=lambda: None, **options):
        """Ask until somebody answers."""
        while True:
            if (answer := self.call(method, path, **options)) is not None:
                return answer
            on_unknown()
            if time.monotonic() > self.deadline:
                raise TimeoutError(f"{method} {path}: no answer within {PATIENCE_SECONDS} s")
            time.sleep(RETRY_SECONDS)

    def register(self):
        login = {"username": self.name, "password": uuid.uuid4().hex}

        def take_another_name():  # whoever got no answer may be in already
            self.name = login["username"] = new_name()

        self.id = self.insist("POST", "users", json=login, on_unknown=take_another_name).json()["id"]
        self.headers = {"Authorization": f"Bearer {self.insist('POST', 'tokens', json=login).json()['token']}"}
        self.insist("POST", "account")

    def order(self, product, quantity, *, times=1):
        body = {"items": [{"product": product, "quantity": quantity}]}
        key = uuid.uuid4().hex
        for _ in range(times):
            placed = self._write("order", "orders", body, key, ("id", "status"))
        if placed:
            self.orders.append(placed["id"])

    def deposit(self, amount, *, times=1):
        key = uuid.uuid4().hex
        for _ in range(times):
            self._write("deposit", "account/deposits", {"amount": amount}, key, ("id", "amount"))

    def _write(self, call, path, body, key, told):
        """Returns what is told of the effect; asked again with its key, the same must be told."""
        began = time.monotonic()
        answer = self.insist(
            "POST",
            path,
            json=body,
            headers={"Idempotency-Key": key},
            on_unknown=lambda: self.history.add(self.id, call, UNKNOWN, key),
        )
        if answer.status_code != 201:
            self.history.add(self.id, call, REFUSED, key, status=str(answer.status_code))
            return None
        effect = {name: answer.json()[name] for name in told}
        self.history.add(self.id, call, OK, key, **effect, answer=answer.text, began=began)
        return effect

    def read(self, chance):
        """Look at an order of one's own, or at the newest."""
        order_id = chance.choice(self.orders) if self.orders and chance.random() < 0.7 else None
        began = time.monotonic()
        answer = self.call("GET", f"orders/{order_id}" if order_id else "orders")
        if answer is None:
            return
        if answer.status_code == 404:
            self.history.add(self.id, "read", REFUSED, id=order_id)
            return
        body = answer.json()
        for order in body.get("results", [body]):
            self.history.add(self.id, "read", OK, id=order["id"], status=order["status"], began=began)

    def pry(self, order_id):
        """Look at somebody else's order; it is nobody's business that it exists."""
        answer = self.call("GET", f"orders/{order_id}")
        if answer is not None and answer.status_code != 404:
            self.history.add(self.id, "read", OK, id=order_id, status=answer.text[:80])


class Load:
    """So many orders and deposits by so many users, spread evenly over the seconds."""

    def __init__(self, url, history, *, users, orders, deposits, seconds, seed):
        self.chance = random.Random(seed)
        deadline = time.monotonic() + PATIENCE_SECONDS + seconds
        self.shoppers = [Shopper(url, history, deadline) for _ in range(users)]
        self.jobs = ["order"] * orders + ["deposit"] * deposits + ["read"] * orders
        self.chance.shuffle(self.jobs)
        self.seconds = seconds
        self.errors = []
        self._thread = threading.Thread(target=self._run, name="load")

    def prepare(self, money):
        """Everybody registers, opens an account and deposits, while all is calm."""
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda shopper: shopper.register(), self.shoppers))
            list(pool.map(lambda shopper: shopper.deposit(money), self.shoppers))
        self.products = [each["slug"] for each in self.shoppers[0].insist("GET", "products").json()["results"]]

    def start(self):
        self._thread.start()

    def give_up(self):
        """Place nothing more, and ask no more for answers that do not come."""
        self.jobs.clear()
        for shopper in self.shoppers:
            shopper.deadline = 0.0

    def wait(self):
        """Until every call has been answered."""
        self._thread.join()
        if self.errors:
            raise self.errors[0]

    def _run(self):
        began, pause = time.monotonic(), self.seconds / len(self.jobs)
        with ThreadPoolExecutor(THREADS) as pool:
            for number, job in enumerate(self.jobs):
                time.sleep(max(0.0, began + number * pause - time.monotonic()))
                pool.submit(self._do, job, self.chance.choice(self.shoppers), random.Random(self.chance.random()))

    def _do(self, job, shopper, chance):
        times = 2 if chance.random() < ASK_AGAIN else 1
        try:
            if job == "order":
                shopper.order(chance.choice(self.products), chance.randint(1, 2), times=times)
            elif job == "deposit":
                shopper.deposit(chance.randint(1_000, 5_000_000), times=times)
            elif (other := chance.choice(self.shoppers)) is not shopper and other.orders and times > 1:
                shopper.pry(chance.choice(other.orders))
            else:
                shopper.read(chance)
        except Exception as error:
            self.errors.append(error)
