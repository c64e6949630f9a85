"""Shoppers of both doors, the REST API and the web shop, and what they do while it storms."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.proof.chaos.api_shopper import ApiShopper
from tests.proof.chaos.shopper import PATIENCE_SECONDS
from tests.proof.chaos.web_shopper import WebShopper

THREADS = 8
# Of so many users one is a person at the web shop. A form takes several pages, so that their share of work is less.
WEB_EVERY = 5
WEB_SHARE = 0.08
# So many writes are made twice with one key, and so many reads are of somebody else's order.
ASK_AGAIN = 0.2
# So many writes are sent first by a client that hangs up within so many seconds.
CUT = 0.2
CUT_SECONDS = 0.3


class Load:
    """So many orders and deposits by so many users, spread evenly over the seconds."""

    def __init__(self, url, history, *, users, orders, deposits, seconds, seed):
        self.chance = random.Random(seed)
        deadline = time.monotonic() + PATIENCE_SECONDS + seconds
        people = users // WEB_EVERY
        self.web = [WebShopper(url, history, deadline, self.chance.random()) for _ in range(people)]
        self.api = [ApiShopper(url, history, deadline) for _ in range(users - people)]
        self.shoppers = [*self.web, *self.api]
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
        self.products = [each["slug"] for each in self.api[0].insist("GET", "products").json()["results"]]

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
        with ExitStack() as stack:
            clients = stack.enter_context(ThreadPoolExecutor(THREADS))
            hands = {person: stack.enter_context(ThreadPoolExecutor(1)) for person in self.web}
            for number, job in enumerate(self.jobs):
                time.sleep(max(0.0, began + number * pause - time.monotonic()))
                shopper = self.chance.choice(self.web if self.web and self.chance.random() < WEB_SHARE else self.api)
                hands.get(shopper, clients).submit(self._do, job, shopper, random.Random(self.chance.random()))

    def _do(self, job, shopper, chance):
        times = 2 if chance.random() < ASK_AGAIN else 1
        cut = chance.uniform(0, CUT_SECONDS) if chance.random() < CUT else None
        try:
            if job == "order":
                shopper.order(chance.choice(self.products), chance.randint(1, 2), times=times, cut=cut)
            elif job == "deposit":
                shopper.deposit(chance.randint(1_000, 5_000_000), times=times, cut=cut)
            elif (other := chance.choice(self.shoppers)) is not shopper and other.orders and times > 1:
                shopper.pry(chance.choice(other.orders))
            else:
                shopper.read(chance)
        except Exception as error:
            self.errors.append(error)
