"""View-models of the catalogue, the cart, the checkout and the frame, by cases: no server, no database."""

import uuid

import pytest
from django.utils import translation

from services.gateway.forms import RegisterForm
from services.gateway.viewmodels.cart import CartPage, Removed
from services.gateway.viewmodels.catalogue import Browsing, CataloguePage, ProductPage
from services.gateway.viewmodels.checkout import BalanceCheck, CheckoutPage
from services.gateway.viewmodels.layout import Balance, CartLink, Layout, Viewer
from services.gateway.viewmodels.parts import fields_of
from tests.gateway.dtos import TEA, account, page_of, priced, product, rubles

ADMINS = {"gateway": "/admin/", "orders": "http://localhost:8001/admin/"}


def catalogue(browsing, *products, older=None, first=True):
    return CataloguePage.of(browsing, [TEA], page_of(*products, older=older), first=first)


def layout(viewer=None, **options):
    return Layout.of(viewer or Viewer(), **{"theme": "", "path": "/", "admins": ADMINS, **options})


# --- Catalogue ---


def test_front_page_greets_and_marks_everything_as_chosen():
    page = catalogue(Browsing(), product())
    assert page.hero
    assert [choice.current for choice in page.results.categories] == [True, False]


def test_search_is_kept_by_the_links_of_shelves_and_sorts():
    page = catalogue(Browsing(search="чай", sort="price"), product())
    assert not page.hero
    assert page.results.categories[1].query == "q=%D1%87%D0%B0%D0%B9&category=tea&sort=price"
    assert page.results.sorts[2].query == "q=%D1%87%D0%B0%D0%B9&sort=-price"


def test_more_is_offered_with_the_same_wish_while_there_is_more():
    assert catalogue(Browsing(category="tea"), product(), older="abc").results.more_query == "category=tea&cursor=abc"
    assert catalogue(Browsing(category="tea"), product()).results.more_query == ""


def test_pictures_below_the_fold_are_lazy():
    page = catalogue(Browsing(), *(product(f"mug-{number}") for number in range(6)))
    assert [card.lazy for card in page.results.cards] == [False] * 4 + [True] * 2


def test_card_prints_price_and_shelf():
    card = catalogue(Browsing(), product()).results.cards[0]
    assert (card.name, card.category, card.price) == ("Mug", "Tea and warmth", "₽890.00")


@pytest.mark.parametrize(
    ("browsing", "words"), [(Browsing(search="moon"), "called “moon”"), (Browsing(category="tea"), "shelf is empty")]
)
def test_nothing_found_says_why(browsing, words):
    assert words in catalogue(browsing).results.empty


@pytest.mark.parametrize(("in_cart", "words"), [(0, ""), (3, "3 in your cart")])
def test_product_says_how_many_are_in_the_cart(in_cart, words):
    assert ProductPage.of(product(), [TEA], in_cart=in_cart).in_cart == words


# --- Cart and checkout ---


def test_cart_adds_up():
    page = CartPage.of(priced({"mug": 2, "pen": 1}, product("mug", 100), product("pen", 50)))
    assert (page.summary, page.total, page.can_check_out) == ("3 items", "₽2.50", True)
    assert [line.total for line in page.lines] == ["₽2.00", "₽0.50"]


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 вещь"), (2, "2 вещи"), (5, "5 вещей"), (11, "11 вещей"), (21, "21 вещь")]
)
def test_cart_counts_in_russian(count, words):
    with translation.override("ru"):
        assert CartPage.of(priced({"mug": count}, product("mug", 100))).summary == words


def test_stepper_stops_at_ninety_nine():
    page = CartPage.of(priced({"mug": 99, "pen": 98}, product("mug"), product("pen")))
    assert [line.can_have_more for line in page.lines] == [False, True]


def test_product_sold_no_longer_stops_the_checkout():
    page = CartPage.of(priced({"gone": 1, "mug": 1}, product("mug", 100)))
    assert not page.can_check_out
    assert (page.total, page.lines[0].available) == ("₽1.00", False)


def test_removed_product_is_named_with_its_quantity():
    removed = CartPage.of(priced({}), removed=Removed.of(product("mug"), 3)).removed
    assert (removed.slug, removed.quantity, removed.text) == ("mug", 3, "Mug: taken out.")


def test_checkout_carries_key_and_total_as_they_are():
    key = uuid.uuid4()
    page = CheckoutPage.of(key, priced({"mug": 2}, product("mug", 129000)), BalanceCheck.none())
    assert (page.key, page.expected_amount, page.expected_currency) == (str(key), 258000, "RUB")
    assert page.button == "Order and pay ₽2,580.00"
    assert (page.lines[0].price, page.lines[0].total) == ("2 × ₽1,290.00", "₽2,580.00")


@pytest.mark.parametrize(
    ("balance", "state", "query"),
    [(100, "good", ""), (101, "good", ""), (99, "short", "amount=0.01"), (0, "short", "amount=1.00")],
)
def test_checkout_offers_to_top_up_exactly_what_is_missing(balance, state, query):
    check = BalanceCheck.of(account(balance), rubles(100))
    assert (check.state, check.action_query) == (state, query)


# --- Frame ---


@pytest.mark.parametrize(
    ("count", "badge", "label"), [(0, "", "Cart, empty"), (1, "1", "Cart, 1 item"), (250, "99+", "Cart, 250 items")]
)
def test_badge_counts(count, badge, label):
    assert CartLink.of(count) == CartLink(badge, label)


@pytest.mark.parametrize(
    ("theme", "following"), [("", "dark"), ("auto", "dark"), ("dark", "light"), ("light", "auto"), ("<b>", "dark")]
)
def test_theme_switch_offers_the_next(theme, following):
    assert layout(theme=theme).next_theme == following


@pytest.mark.parametrize(("language", "other"), [("en", "ru"), ("ru", "en")])
def test_language_switch_offers_the_other(language, other):
    with translation.override(language):
        assert (layout().language, layout().other_language) == (language, other)


def test_admins_are_shown_to_staff_alone():
    assert layout(Viewer("ada")).admins == ()
    assert [admin.url for admin in layout(Viewer("root", is_staff=True)).admins] == list(ADMINS.values())


def test_toasts_keep_their_tone_and_way():
    good, bad = layout(messages=[("In the cart", "cart success"), ("Full", "error")]).toasts
    assert (good.state, good.links_to_cart, bad.state, bad.links_to_cart) == ("good", True, "bad", False)


def test_balance_asks_again_only_while_payments_rest():
    assert [each.waiting for each in (Balance.of(account()), Balance.none(), Balance.unavailable())] == [
        False,
        False,
        True,
    ]


def test_form_never_sends_a_password_back():
    form = RegisterForm({"username": "ada", "password": "secret"})
    assert [field.value for field in fields_of(form)] == ["ada", ""]
