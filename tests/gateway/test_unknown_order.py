"""An order whose answer nobody heard: it is placed once, leaves the cart, and no page says what is not so."""

import pytest
from django.test import Client

from tests.gateway.answers import ACCOUNT, PRODUCT, money, page, problem
from tests.gateway.browsing import Offers, press, text_of
from tests.gateway.remembering import Remembering, order

pytestmark = pytest.mark.django_db
PATH = "/checkout/"
UNKNOWN = "do not know yet whether your order of ₽2,580.00 is placed"
HTMX = {"HX-Request": "true", "HX-Target": "main"}
MUG = {**PRODUCT, "slug": "mug", "name": "Mug"}


@pytest.fixture
def till(orders, payments):
    payments.answer("GET", "account", ACCOUNT)
    orders.answer("GET", "products/green-tea", PRODUCT)
    orders.answer("GET", "products/mug", MUG)
    orders.answer("GET", "products", page(PRODUCT, MUG))
    return Remembering(orders, "orders", order)


@pytest.fixture
def shopper(till, user):
    """A signed-in browser with two teas in the cart."""
    client = Client()
    client.force_login(user)
    client.post("/cart/green-tea/add/", {"quantity": 2})
    return client


def press_and_stay(shopper, response):
    """Press the form of the checkout, wherever it leads."""
    return shopper.post(PATH, Offers(response).forms[PATH])


def only_order(till):
    ((key, order_id),) = till.ids.items()
    assert till.effects[key]["items"] == [{"product": "green-tea", "quantity": 2}]
    return f"/orders/{order_id}/"


def cart_of(shopper):
    return {line.slug: line.quantity for line in shopper.get("/cart/").context["page"].lines}


def test_thing_added_in_another_tab_is_neither_lost_nor_ordered_with_it(shopper, till):
    form = shopper.get(PATH)
    till.answers = till.cut
    assert UNKNOWN in text_of(press_and_stay(shopper, form))
    shopper.post("/cart/mug/add/", {"quantity": 1})
    shopper.post("/cart/green-tea/add/", {"quantity": 1})
    till.answers = till.tell
    assert press_and_stay(shopper, form)["Location"] == only_order(till)
    assert cart_of(shopper) == {"green-tea": 1, "mug": 1}


def test_form_of_another_tab_is_not_sent_while_the_first_order_is_open(shopper, till):
    shopper.post("/cart/mug/add/", {"quantity": 1})
    other_tab = shopper.get(PATH)
    shopper.post("/cart/mug/", {"quantity": 0})
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    assert UNKNOWN in text_of(press_and_stay(shopper, other_tab))
    till.answers = till.tell
    assert press_and_stay(shopper, other_tab)["Location"] == only_order(till)
    assert "that you pressed before is placed" in text_of(shopper.get("/cart/"))
    assert cart_of(shopper) == {}


@pytest.fixture
def open_behind_a_placed_one(shopper, till):
    """The first form made its order, though nobody heard; another is pressed after it, and its outcome is open."""
    first = shopper.get(PATH)
    press_and_stay(shopper, first)
    shopper.post("/cart/mug/add/", {"quantity": 1})
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    till.answers = till.tell
    return first


def test_earlier_order_that_is_told_on_a_look_says_nothing_of_others(open_behind_a_placed_one, shopper, till):
    shown = text_of(shopper.get(PATH, follow=True))
    assert len(till.effects) == 2
    assert "that you pressed before is placed" in shown
    assert "else was ordered" not in shown
    assert "was not sent" not in shown


def test_earlier_order_that_is_told_on_a_press_says_of_that_press_alone(open_behind_a_placed_one, shopper, till):
    shown = text_of(shopper.post(PATH, Offers(open_behind_a_placed_one).forms[PATH], follow=True))
    assert len(till.effects) == 2
    assert "that you pressed before is placed" in shown
    assert "else was ordered" not in shown
    assert "What you pressed just now was not sent" in shown


def test_refused_form_speaks_for_itself_alone_where_an_earlier_one_made_an_order(shopper, till):
    """Nobody heard of the first form's order, and another tab shows a form from before it."""
    shopper.post("/cart/mug/add/", {"quantity": 1})
    other_tab = shopper.get(PATH)
    shopper.post("/cart/mug/", {"quantity": 0})
    press_and_stay(shopper, shopper.get(PATH))
    shown = text_of(shopper.post(PATH, Offers(other_tab).forms[PATH], follow=True))
    assert only_order(till)
    assert "That form ordered nothing" in shown


def test_price_that_changed_meanwhile_hides_no_order_that_was_placed(shopper, till, orders):
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    orders.answer("GET", "products", page({**PRODUCT, "price": money(150_000)}))
    till.answers = till.tell
    assert shopper.get(PATH)["Location"] == only_order(till)
    assert cart_of(shopper) == {}


def test_order_that_never_arrived_is_placed_once_at_the_total_that_was_pressed(shopper, till):
    till.acts, till.answers = False, till.cut
    press_and_stay(shopper, shopper.get(PATH))
    till.acts, till.answers = True, till.tell
    shopper.post("/cart/mug/add/", {"quantity": 1})
    assert shopper.get(PATH)["Location"] == only_order(till)
    ((_, body),) = till.effects.items()
    assert body["expected_total"] == money(258_000)
    assert cart_of(shopper) == {"mug": 1}


def test_order_that_never_arrived_is_refused_at_another_price_and_says_so(shopper, till, orders):
    till.acts, till.answers = False, till.cut
    press_and_stay(shopper, shopper.get(PATH))
    orders.answer("GET", "products", page({**PRODUCT, "price": money(150_000)}))
    till.refusal = problem(409, "price-changed", total=money(300_000))
    shown = shopper.get(PATH)
    assert "Prices have changed" in text_of(shown)
    assert "ordered nothing" in text_of(shown)
    assert Offers(shown).forms[PATH]["amount"] == "300000"
    assert (till.effects, cart_of(shopper)) == ({}, {"green-tea": 2})


def test_page_offers_no_form_and_looks_again_while_nobody_knows(shopper, till):
    till.answers = till.cut
    for shown in (press_and_stay(shopper, shopper.get(PATH)), shopper.get(PATH)):
        assert (shown.status_code, Offers(shown).forms) == (202, {})
        assert '<meta http-equiv="refresh" content="5; url=/checkout/">' in text_of(shown)
        assert 'hx-get="/checkout/"' in text_of(shown)
    assert shopper.get(f"{PATH}?poll=1", headers=HTMX).status_code == 204


def test_poll_is_led_to_the_order_once_it_is_known(shopper, till):
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    till.answers = till.tell
    assert shopper.get(f"{PATH}?poll=1", headers=HTMX)["HX-Redirect"] == only_order(till)


def test_three_presses_of_what_is_offered_make_one_order(shopper, till):
    till.answers = till.cut
    shown = press(shopper, shopper.get(PATH), PATH)
    till.answers = till.busy
    shown = press(shopper, shown, PATH)
    assert UNKNOWN in text_of(shown)
    till.answers = till.tell
    assert press(shopper, shown, PATH).redirect_chain == [(only_order(till), 303)]


def test_broken_form_says_nothing_of_an_order_that_is_open(shopper, till):
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    shown = shopper.post(PATH, {"key": "x"})
    assert (shown.status_code, "ordered nothing" in text_of(shown)) == (202, False)


def test_russian_page_says_it_too(shopper, till):
    till.answers = till.cut
    press_and_stay(shopper, shopper.get(PATH))
    shown = text_of(shopper.get(PATH, headers={"Accept-Language": "ru"}))
    assert "оформлен ли ваш заказ на 2\N{NO-BREAK SPACE}580,00\N{NO-BREAK SPACE}₽" in shown
