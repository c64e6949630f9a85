"""A top-up whose answer nobody heard: it counts once, whatever is pressed, and no page says what is not so."""

import uuid

import pytest
from django.db import connections
from django.test import Client

from tests.gateway.answers import ACCOUNT, page, problem
from tests.gateway.browsing import Offers, press, text_of
from tests.gateway.remembering import Remembering, deposit

pytestmark = pytest.mark.django_db
PATH = "/account/"
UNKNOWN = "do not know yet whether your top-up of ₽5.00 has arrived"
HTMX = {"HX-Request": "true", "HX-Target": "main"}


@pytest.fixture
def bank(payments):
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page())
    return Remembering(payments, "account/deposits", deposit)


@pytest.fixture
def shopper(bank, user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def unanswered(shopper, bank):
    """The page after one press whose answer was cut off."""
    bank.answers = bank.cut
    return press(shopper, shopper.get(PATH), PATH, amount="5")


@pytest.mark.parametrize("silence", ["cut", "hang"])
def test_three_presses_of_what_is_offered_make_one_deposit(shopper, bank, silence):
    bank.answers = getattr(bank, silence)
    first = press(shopper, shopper.get(PATH), PATH, amount="5")
    bank.answers = bank.busy
    second = press(shopper, first, PATH, amount="5")
    bank.answers = bank.tell
    third = press(shopper, second, PATH, amount="5")
    assert list(bank.effects.values()) == [{"amount": 500}]
    assert not any("refused" in text_of(each) for each in (first, second, third))
    assert [UNKNOWN in text_of(each) for each in (first, second, third)] == [True, True, False]
    assert "This top-up counts once: ₽5.00" in text_of(third)


def test_same_form_pressed_three_times_makes_one_deposit(shopper, bank):
    form = shopper.get(PATH)
    said = []
    for answer in (bank.cut, bank.busy, bank.tell):
        bank.answers = answer
        said.append(text_of(press(shopper, form, PATH, amount="5")))
    assert [UNKNOWN in each for each in said] == [True, True, False]
    assert list(bank.effects.values()) == [{"amount": 500}]


def test_page_offers_no_form_and_looks_again_while_nobody_knows(shopper, bank, unanswered):
    for shown in (unanswered, shopper.get(PATH)):
        assert (shown.status_code, Offers(shown).forms) == (202, {})
        assert '<meta http-equiv="refresh" content="5; url=/account/">' in text_of(shown)
        assert 'hx-get="/account/"' in text_of(shown)
    assert shopper.get(f"{PATH}?poll=1", headers=HTMX).status_code == 204


def test_poll_is_led_to_the_account_once_the_answer_is_known(shopper, bank, unanswered):
    bank.answers = bank.tell
    assert shopper.get(f"{PATH}?poll=1", headers=HTMX)["HX-Redirect"] == PATH
    shown = shopper.get(PATH)
    assert "This top-up counts once: ₽5.00" in text_of(shown)
    assert PATH in Offers(shown).forms


def test_it_is_asked_for_with_the_same_key_and_body(shopper, payments, bank, unanswered):
    bank.answers = bank.tell
    shopper.get(PATH)
    sent = [(seen.headers["Idempotency-Key"], seen.body) for seen in payments.seen if seen.method == "POST"]
    assert len(sent) == 3  # pressed once, broken off twice
    assert len({key for key, _ in sent}) == 1
    assert {body["amount"] for _, body in sent} == {500}


def test_form_of_another_tab_is_not_sent_while_an_earlier_one_is_open(shopper, bank):
    tab, other = shopper.get(PATH), shopper.get(PATH)
    bank.answers = bank.cut
    press(shopper, tab, PATH, amount="5")
    assert UNKNOWN in text_of(press(shopper, other, PATH, amount="7"))
    bank.answers = bank.tell
    shown = text_of(press(shopper, other, PATH, amount="7"))
    assert "₽5.00" in shown
    assert "was not sent" in shown
    assert list(bank.effects.values()) == [{"amount": 500}]


def test_other_amount_in_the_same_form_is_not_sent_while_the_first_is_open(shopper, bank):
    form = shopper.get(PATH)
    bank.answers = bank.cut
    press(shopper, form, PATH, amount="5")
    bank.answers = bank.tell
    assert "was not sent" in text_of(press(shopper, form, PATH, amount="7"))
    assert list(bank.effects.values()) == [{"amount": 500}]


def test_wrong_amount_offers_no_form_while_an_earlier_one_is_open(shopper, bank, unanswered):
    shown = shopper.post(PATH, {"amount": "x", "key": str(uuid.uuid4())})
    assert (shown.status_code, Offers(shown).forms) == (202, {})


def test_top_up_that_never_arrived_is_carried_out_once(shopper, bank):
    bank.acts, bank.answers = False, bank.cut
    press(shopper, shopper.get(PATH), PATH, amount="5")
    assert bank.effects == {}
    bank.acts, bank.answers = True, bank.tell
    assert "Topped up: ₽5.00" in text_of(shopper.get(PATH, follow=True))
    shopper.get(PATH)
    assert list(bank.effects.values()) == [{"amount": 500}]


def test_refusal_is_told_once_it_is_final_and_a_new_form_is_offered(shopper, bank):
    before = shopper.get(PATH)
    bank.acts, bank.answers = False, bank.cut
    press(shopper, before, PATH, amount="5")
    bank.refusal = problem(400, "invalid")
    shown = shopper.get(PATH, follow=True)
    assert "refused. Your balance is as before" in text_of(shown)
    assert Offers(shown).forms[PATH]["key"] != Offers(before).forms[PATH]["key"]
    assert bank.effects == {}


def test_refused_earlier_one_makes_way_for_the_one_that_is_pressed(shopper, bank):
    tab, other = shopper.get(PATH), shopper.get(PATH)
    bank.acts, bank.answers = False, bank.cut
    press(shopper, tab, PATH, amount="5")
    bank.acts, bank.answers = True, bank.tell
    bank.stub.behave(
        "POST", "account/deposits", lambda handler: refuse_once(bank, handler), lambda handler: bank.receive(handler)
    )
    assert "Topped up: ₽7.00" in text_of(press(shopper, other, PATH, amount="7"))
    assert list(bank.effects.values()) == [{"amount": 700}]


def refuse_once(bank, handler):
    bank.refusal = problem(400, "invalid")
    bank.receive(handler)
    bank.refusal = None


def test_another_user_is_not_held_up(bank, unanswered):
    from services.gateway.models import User

    stranger = Client()
    stranger.force_login(User.objects.create_user("eve"))
    bank.answers = bank.tell
    assert "Topped up: ₽7.00" in text_of(press(stranger, stranger.get(PATH), PATH, amount="7"))
    assert [body["amount"] for body in bank.effects.values()] == [500, 700]


def test_russian_page_says_it_too(shopper, unanswered):
    shown = text_of(shopper.get(PATH, headers={"Accept-Language": "ru"}))
    assert "пришло ли ваше пополнение на 5,00\N{NO-BREAK SPACE}₽" in shown


@pytest.mark.django_db(transaction=True)
def test_attempt_is_committed_before_payments_are_asked(shopper, bank, user):
    from services.gateway.models import Attempt

    found = []

    def look(handler, key, body, replayed):
        found.extend(Attempt.objects.values_list("user_id", "kind", "key", "body"))  # on a connection of its own
        connections.close_all()
        bank.tell(handler, key, body, replayed)

    bank.answers = look
    press(shopper, shopper.get(PATH), PATH, amount="5")
    ((key, body),) = bank.effects.items()
    assert found == [(user.id, "deposit", uuid.UUID(key), body)]
    assert not Attempt.objects.exists()
