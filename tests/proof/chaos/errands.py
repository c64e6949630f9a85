"""What a shopper does with a form until pages have told how it ended: press, press again, look, use another tab."""

import time
from dataclasses import dataclass

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN
from tests.proof.chaos.pages import kopecks, order_id_of

# How often, while nobody knows, somebody looks, or presses something else in another tab; else the form again.
LOOK, STRAY = 0.4, 0.3
# So long a form is looked at before it is pressed; what it needs may be gone by then.
THINKING_SECONDS = 1.0
# How often the cart changes in another tab after the form was shown, and by what.
EARLY = 0.15
MORE = ("tuesday-tea", "midnight-ink")
# What pages say of what was pressed, and what of other things. A sentence that is neither is a new one to understand.
TOPPED_UP = ("Topped up:", "This top-up counts once:")
PLACED_BEFORE, ORDERED_NOTHING = "that you pressed before is placed", "ordered nothing"
NOT_SENT, USED, REFUSED_TOP_UP = "was not sent", "was used already", "That top-up was refused"
OF_OTHER_THINGS = ("In the cart:", "Your account is open.")
SENTENCES = (*TOPPED_UP, PLACED_BEFORE, ORDERED_NOTHING, NOT_SENT, USED, REFUSED_TOP_UP, *OF_OTHER_THINGS)


@dataclass(eq=False)
class Form:
    """A form that is pressed, since when, and how often."""

    fields: dict
    amount: int
    began: float = 0.0
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
        form.began = form.began or time.monotonic()
        self.note(UNKNOWN, form)
        self.shopper.heard.clear()
        if cut is not None:
            self.shopper.browser.post_and_hang_up(self.path, form.fields, cut)
        else:
            self._read(self.shopper.visit(self.path, form.fields), form)

    def look(self):
        """Open the page anew, and believe what it says of what was pressed before."""
        self.shopper.heard.clear()
        page = self.shopper.visit(self.path)
        self._read(page, None)
        return page

    def _read(self, page, pressed):
        said = [*self.shopper.heard, *(page.texts("notice") if page else ())]
        new = [text for text in said if not any(known in text for known in SENTENCES)]
        assert not new, f"{self.path}: {new}"
        self.understand(page, said, pressed)

    def understand(self, page, said, pressed):
        """Take what is said as the outcome of what was pressed, now or before; None: there is no page."""
        raise NotImplementedError

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
        while (page := self.shopper.send(f"/cart/{product}/add/", {"quantity": quantity})) is None or page.is_silent:
            self.cause = "a change of the cart without an answer"
            self.shopper.wait("the cart")

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

    def understand(self, page, said, pressed):
        if page is None:
            return
        if page.path.startswith("/orders/"):
            self._understand_order(page, " ".join(said), pressed)
        elif ORDERED_NOTHING in " ".join(said):
            for form in [pressed] if pressed else list(self.open):
                self.refused(form, self.cause)

    def _understand_order(self, page, said, pressed):
        order_id, amount = order_id_of(page.path), kopecks(page.text("sum"))
        form = pressed
        if PLACED_BEFORE in said:
            form = next((each for each in self.open if each is not pressed and each.amount == amount), None)
        if NOT_SENT in said:
            self.not_sent(pressed)
        assert form, f"{page.path}: an order that nobody pressed, {said}"
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

    def understand(self, page, said, pressed):
        for text in said:
            self._understand_sentence(text, pressed)
        if page is not None:
            entries = {kopecks(text) for text in page.texts("entry-in")}
            for form in [each for each in self.open if each.amount in entries]:
                self.succeeded(form)

    def _understand_sentence(self, text, pressed):
        if text.startswith(TOPPED_UP):
            form = self.forms.get(kopecks(text))
            assert form, f"a top-up that nobody pressed: {text}"
            self.succeeded(form)
        elif NOT_SENT in text:
            self.not_sent(pressed)
        elif USED in text:
            form = pressed or self.open[0]
            self.refused(form, "another amount" if form.key in {each.key for each in self.done} else "")
        elif REFUSED_TOP_UP in text:
            self.refused(pressed or self.open[0], "")
