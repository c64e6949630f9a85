"""The ten steps that every shop must pass, as a client program takes them through the gateway."""

from tests.proof.scenario.client import ShopClient


class Scenario:
    """One new user's way; the steps build on each other and stand in `STEPS`."""

    def __init__(self, url):
        self.shop = ShopClient(url)
        self.username = self.shop.register()
        products = sorted(self.shop.products(), key=lambda product: product["price"]["amount"])
        self.cheap, self.dear = products[0], products[-1]
        assert self.cheap["price"]["amount"] < self.dear["price"]["amount"], "the catalogue has one price alone"
        self.orders = {}

    def order_without_account(self):
        self.reject(self.cheap, reason="no_account")

    def open_account(self):
        self.account = self.shop.call("POST", "account", expect=201)
        assert self.account["balance"]["amount"] == 0, f"a new account has {self.account['balance']}"

    def open_account_again(self):
        again = self.shop.call("POST", "account", expect=200)
        assert again["id"] == self.account["id"], f"another account: {again['id']}"

    def order_without_money(self):
        self.reject(self.cheap, reason="insufficient_funds")

    def deposit_negative_amount(self):
        before = self.shop.balance()
        self.shop.call("POST", "account/deposits", expect=400, json={"amount": -1})
        self.expect_balance(before)

    def deposit(self):
        # Enough for the cheap product, never for the dear one.
        self.amount = self.dear["price"]["amount"] - 1
        deposit = self.shop.call("POST", "account/deposits", expect=201, json={"amount": self.amount})
        assert deposit["balance"]["amount"] == self.amount, f"the deposit's balance is {deposit['balance']}"
        self.expect_balance(self.amount)

    def buy_cheap(self):
        order = self.shop.order(self.cheap)
        assert (order["status"], order["reason"]) == ("PAID", None), f"{order['status']} ({order['reason']})"
        assert order["total"] == self.cheap["price"], f"{order['total']} for a product of {self.cheap['price']}"
        self.orders[order["id"]] = order
        self.expect_balance(self.amount - order["total"]["amount"])

    def buy_too_dear(self):
        before = self.shop.balance()
        self.reject(self.dear, reason="insufficient_funds")
        self.expect_balance(before)

    def list_orders(self):
        listed = {order["id"]: order["status"] for order in self.shop.call("GET", "orders", expect=200)["results"]}
        placed = {order_id: order["status"] for order_id, order in self.orders.items()}
        assert listed == placed, f"{listed} instead of {placed}"
        assert sorted(listed.values()) == ["PAID", "REJECTED", "REJECTED", "REJECTED"], f"{listed}"

    def read_account(self):
        paid = sum(order["total"]["amount"] for order in self.orders.values() if order["status"] == "PAID")
        account = self.shop.call("GET", "account", expect=200)
        assert account["id"] == self.account["id"], f"another account: {account['id']}"
        assert account["balance"]["amount"] == self.amount - paid, (
            f"{account['balance']}, {self.amount} - {paid} is due"
        )

    def reject(self, product, *, reason):
        order = self.shop.order(product)
        assert (order["status"], order["reason"]) == ("REJECTED", reason), f"{order['status']} ({order['reason']})"
        self.orders[order["id"]] = order

    def expect_balance(self, amount):
        assert self.shop.balance() == amount, f"the balance is {self.shop.balance()} instead of {amount}"


STEPS = {
    "a new user without an account orders: REJECTED, no_account": Scenario.order_without_account,
    "opens an account": Scenario.open_account,
    "opens it again: the same one": Scenario.open_account_again,
    "orders with no money: REJECTED, insufficient_funds": Scenario.order_without_money,
    "deposits a negative amount: refused, the balance is unchanged": Scenario.deposit_negative_amount,
    "deposits: the balance is that amount": Scenario.deposit,
    "buys something cheap: PAID, the balance is less by the total": Scenario.buy_cheap,
    "buys something too dear: REJECTED, the balance is unchanged": Scenario.buy_too_dear,
    "lists the orders: all four with the right states": Scenario.list_orders,
    "reads the account: the balance is deposits minus paid orders": Scenario.read_account,
}


def run(url, say=print):
    """Take all steps, with a line for each; raises what is wrong at the first fault."""
    scenario = Scenario(url)
    for number, (name, step) in enumerate(STEPS.items(), start=1):
        try:
            step(scenario)
        except Exception:
            say(f"{number:2}. FAILED {name}")
            raise
        say(f"{number:2}. ok     {name}")
