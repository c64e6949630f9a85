"""Shoppers of the web shop: they fill in forms, press, reload, and believe what the pages say."""

import random
import uuid

from tests.proof.chaos.errands import Ordering, ToppingUp
from tests.proof.chaos.history import OK, REFUSED
from tests.proof.chaos.pages import Browser, kopecks, order_id_of
from tests.proof.chaos.shopper import Shopper, new_name

STATUSES = {"new": "NEW", "late": "NEW", "paid": "PAID", "rejected": "REJECTED"}
REASONS = {"You have no account yet": "no_account", "There was not enough money": "insufficient_funds"}
BALANCES = ("purse-balance", "sum-small", "balance")


class WebShopper(Shopper):
    """A person does one thing after another; every statement on every page goes into the history."""

    def __init__(self, url, history, deadline, seed):
        super().__init__(url, history, deadline)
        self.browser = Browser(url)
        self.chance = random.Random(seed)
        self.heard = []  # toasts since something was last pressed or looked at
        self.amounts = set()  # of top-ups: no two are the same, so that a page's sentence tells which is meant

    def register(self):
        """Sign up, sign in from another browser, and open an account."""
        password = uuid.uuid4().hex
        while not self._sign("/register/", password):
            self.name = new_name()  # whoever got no answer may be in already
        self.browser = Browser(self.url)
        while not self._sign("/login/", password):
            self.wait("signing in")
        account = self.load("/account/")
        while opening := account.form("/account/open/"):
            self.visit("/account/open/", opening)
            account = self.load("/account/")

    def _sign(self, path, password):
        form = self.load(path).form(path)
        page = self.browser.post(path, {**form, "username": self.name, "password": password})
        return page is not None and page.status == 303

    def order(self, product, quantity, *, times=1, cut=None):
        """Press until pages have told of everything that was pressed, and one order at least is among it."""
        Ordering(self, product, quantity).run(times, cut)

    def deposit(self, amount, *, times=1, cut=None):
        ToppingUp(self, amount).run(times, cut)

    def read(self, chance):
        """Look at an order of one's own, at the newest, at the account, or at the balance alone."""
        if chance.random() < 0.4:
            self.visit(chance.choice(("/account/", "/account/balance/")))
        elif self.orders and chance.random() < 0.7:
            order_id = chance.choice(self.orders)
            page = self.visit(f"/orders/{order_id}/")
            if page is not None and page.status == 404:
                self.history.add(self.name, "read", REFUSED, id=order_id)
        else:
            self.visit("/orders/")

    def pry(self, order_id):
        """Look at somebody else's order; where it is shown, the history has it."""
        self.visit(f"/orders/{order_id}/")

    def visit(self, path, fields=None):
        """Ask once, by a POST where there are fields, and reload what it leads to until that is there.

        The page, or None where no answer came or one that tells nothing.
        """
        page = self.browser.get(path) if fields is None else self.browser.post(path, fields)
        if page is None:
            return None
        self._see(page)
        if page.leads_to:
            return self.load(page.leads_to)
        return None if page.is_silent else page

    def send(self, path, fields):
        """The answer to a form of which no field was shown; None where none came."""
        return self.browser.post(path, {**fields, "csrfmiddlewaretoken": self.browser.http.cookies["shop_csrf"]})

    def load(self, path):
        """Reload a page until it is there."""
        return self.until_told(lambda: self.visit(path), f"GET {path}")

    def _see(self, page):
        self.heard += page.texts("toast", page.by_id("toasts"))
        for name in BALANCES:
            if "₽" in (balance := page.text(name)):
                self._note(page, "balance", OK, balance=kopecks(balance))
        if newest := page.texts("number")[2:4]:  # after the table's head: an amount, and the balance after it
            self._note(page, "balance", OK, balance=kopecks(newest[1]))
        for row in page.all("order-row"):
            state = next(name for name in STATUSES if page.all(f"state-{name}", row))
            amount = kopecks(page.text("order-total", row))
            self._note(page, "read", OK, id=order_id_of(row.get("href")), status=STATUSES[state], amount=amount)
        if (status := page.by_id("order-status")) is not None:
            self._see_order(page, STATUSES[status.get("data-status")])

    def _see_order(self, page, status):
        order_id, said = order_id_of(page.path), page.text("ending")
        reason = next((reason for words, reason in REASONS.items() if words in said), "")
        self._note(page, "read", OK, id=order_id, status=status, reason=reason, amount=kopecks(page.text("sum")))
        if "exactly once" in said:
            self._note(page, "payment", OK, id=order_id, amount=kopecks(said))
        if "nothing taken" in said:
            self._note(page, "payment", REFUSED, id=order_id)

    def _note(self, page, call, outcome, **facts):
        self.history.add(self.name, call, outcome, **facts, began=page.began, ended=page.ended)
