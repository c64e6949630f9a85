"""What a shopper does with a form until pages have told how it ended: press, press again, look, use another tab."""

import re
import time
from dataclasses import dataclass, field

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN
from tests.proof.chaos.pages import kopecks, order_id_of

# How often, while nobody knows, somebody looks, or presses something else in another tab; else the form again.
LOOK, STRAY = 0.4, 0.3
# So long a form is looked at before it is pressed; what it needs may be gone by then.
THINKING_SECONDS = 1.0
# How often the cart changes in another tab after the form was shown, and by what.
EARLY = 0.15
MORE = ("tuesday-tea", "midnight-ink")


@dataclass(eq=False)
class Form:
    """A form that is pressed, since when, and how often."""

    fields: dict
    amount: int
    began: float = field(default_factory=time.monotonic)
    presses: int = 0

    @property
    def key(self):
        return self.fields["key"]


class Errand:
    """Forms that were pressed: `open` while no page has told how they ended, `done` where it went well."""

    path: str
    call: str

    def __init__(self, shopper):
        self.shopper = shopper
        self.open = []
        self.done = []
        self.strayed = False

    def run(self, times, cut):
        """Press what is offered, and go on until all is told; `cut`: hang up so many seconds after the first press.

        More times: the form that did it is pressed again, as by going back.
        """
        form = self.shopper.until_told(self.offered, f"a form of {self.path}")
        time.sleep(self.shopper.chance.uniform(0, THINKING_SECONDS))
        if self.shopper.chance.random() < EARLY:
            self.change()
        self.press(form, cut)
        self.go_on()
        for _ in range(times - 1):
            self.press(self.old_form())
            self.go_on()

    def change(self):
        """Do something in another tab while the form is shown."""

    def old_form(self):
        return self.done[0]

    def go_on(self):
        while self.open or not self.done:
            self.shopper.wait(f"{self.path}: {len(self.open)} in doubt")
            self.step()

    def step(self):
        habit = self.shopper.chance.random()
        if not self.open:
            if form := self.offered():
                self.press(form)
        elif habit < LOOK:
            self.look()
        elif habit < LOOK + STRAY and not self.strayed:
            self.strayed = True
            self.stray()
        else:
            self.press(self.open[0])

    def press(self, form, cut=None):
        if form not in self.open:
            self.open.append(form)
        form.presses += 1
        self.note(UNKNOWN, form)
        self.shopper.heard.clear()
        if cut is not None:
            self.shopper.browser.post_and_hang_up(self.path, form.fields, cut)
        else:
            self.understand(self.shopper.visit(self.path, form.fields), form)

    def look(self):
        """Open the page anew, and believe what it says of what was pressed before."""
        self.shopper.heard.clear()
        page = self.shopper.visit(self.path)
        self.understand(page, None)
        return page

    def note(self, outcome, form, **facts):
        told = {"amount": form.amount, "began": form.began, **facts}
        self.shopper.history.add(self.shopper.name, self.call, outcome, form.key, **told)

    def succeeded(self, form, **facts):
        self.note(OK, form, **facts)
        self.done.append(form)
        self._close(form)

    def refused(self, form, cause):
        """A page says that this form did nothing; without a cause of the shopper's own, that is a fault."""
        self.note(REFUSED, form, cause=cause)
        self._close(form)

    def not_sent(self, form):
        """What was pressed just now was not sent; whether it was before, that does not tell."""
        if form.presses == 1:
            self.refused(form, "an earlier form in doubt")

    def _close(self, form):
        if form in self.open:
            self.open.remove(form)


class Ordering(Errand):
    """Something goes into the cart and is ordered; in another tab, more may go in meanwhile."""

    path = "/checkout/"
    call = "order"

    def __init__(self, shopper, product, quantity):
        super().__init__(shopper)
        self.cause = ""
        self.put(product, quantity)

    def put(self, product, quantity):
        """Into the cart; where no answer comes it may be in, and again: the form that is shown says what there is."""
        if (page := self.shopper.send(f"/cart/{product}/add/", {"quantity": quantity})) is None:
            self.cause = "a change of the cart without an answer"
        if page is None or page.is_silent:
            self.shopper.wait("the cart")
            self.put(product, quantity)

    def offered(self):
        page = self.look()
        fields = page and page.form(self.path)
        return Form(fields, int(fields["amount"])) if fields else None

    def change(self):
        self.cause = "a change of the cart"
        self.put(self.shopper.chance.choice(MORE), 3)

    def stray(self):
        """Another tab: more goes into the cart, and what is offered then is pressed."""
        self.change()
        form = self.offered()
        if form and self.open and form.amount not in {each.amount for each in self.open}:
            self.press(form)

    def understand(self, page, pressed):
        if page is None:
            return
        if page.path.startswith("/orders/"):
            self._understand_order(page, pressed)
        elif any("ordered nothing" in text for text in [*page.texts("notice"), *self.shopper.heard]):
            for form in [pressed] if pressed else list(self.open):
                self.refused(form, self.cause)

    def _understand_order(self, page, pressed):
        order_id, amount = order_id_of(page.path), kopecks(page.text("sum"))
        form = pressed
        if any("that you pressed before is placed" in text for text in self.shopper.heard):
            form = next((each for each in self.open if each is not pressed and each.amount == amount), None)
        if any("was not sent" in text for text in self.shopper.heard):
            self.not_sent(pressed)
        assert form, f"{page.path}: an order that nobody pressed, {self.shopper.heard}"
        self.succeeded(form, id=order_id, amount=amount)
        if order_id not in self.shopper.orders:
            self.shopper.orders.append(order_id)


class ToppingUp(Errand):
    """Money comes in; in another tab, another amount may be pressed meanwhile."""

    path = "/account/"
    call = "deposit"

    def __init__(self, shopper, amount):
        super().__init__(shopper)
        self.amount = amount
        self.forms = {}  # by amount: the sentences on a page name it

    def offered(self):
        page = self.look()
        fields = page and page.form(self.path)
        return self._filled(fields) if fields else None

    def _filled(self, fields):
        while self.amount in self.shopper.amounts:
            self.amount += 1
        self.shopper.amounts.add(self.amount)
        typed = f"{self.amount // 100}.{self.amount % 100:02}"
        form = self.forms[self.amount] = Form({**fields, "amount": typed}, self.amount)
        return form

    def old_form(self):
        """Sometimes with another amount, which must be refused."""
        form = super().old_form()
        return form if self.shopper.chance.random() < 0.5 else self._filled(form.fields)

    def stray(self):
        """Another tab: another amount is pressed, if a form is offered while the first is in doubt."""
        if (form := self.offered()) and self.open:
            self.press(form)

    def understand(self, page, pressed):
        for text in self.shopper.heard:
            if re.match(r"Topped up:|This top-up counts once:", text):
                form = self.forms.get(kopecks(text))
                assert form, f"a top-up that nobody pressed: {text}"
                self.succeeded(form)
            elif "was not sent" in text:
                self.not_sent(pressed)
            elif "was used already" in text:
                form = pressed or self.open[0]
                self.refused(form, "another amount" if form.key in {each.key for each in self.done} else "")
            elif "was refused" in text:
                self.refused(pressed or self.open[0], "")
        if page is not None:
            entries = {kopecks(text) for text in page.texts("entry-in")}
            for form in [each for each in self.open if each.amount in entries]:
                self.succeeded(form)
