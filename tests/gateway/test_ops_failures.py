"""The console's failures: groups, one group, and what is done about it."""

import re
from html import escape
from urllib.parse import urlencode

import pytest

from tests.gateway.answers import MOMENT, ORDER_ID, problem
from tests.gateway.browsing import text_of
from tests.gateway.stories import letter
from tests.gateway.stub import hang_up, reply

pytestmark = pytest.mark.django_db
GROUP = {"reason": "failed", "cause": "KeyError: <…>", "count": 57, "first_at": MOMENT, "last_at": MOMENT}
CHOSEN = {"reason": "failed", "cause": "KeyError: <…>"}
PATH = "/ops/failures/payments/"
API = "ops/dead-letters"


@pytest.fixture
def groups(orders, payments):
    orders.answer("GET", API, {"results": []})
    payments.answer("GET", API, {"results": [GROUP]})


def detail(**changes):
    return {"count": 57, "dead_again": 0, "letters": [letter()], "deeds": [], **changes}


@pytest.fixture
def opened(payments):
    def opened(**changes):
        payments.answer("GET", f"{API}/group", detail(**changes))
        payments.answer("GET", f"{API}/preview", {"outcomes": {"pending": 18, "duplicate": 1, "unsigned": 1}})

    return opened


# --- Groups ---


def test_groups_are_listed_by_service_with_how_many_and_since_when(staff, groups):
    text = text_of(staff.get("/ops/failures/"))
    assert "Failed for the last time · 57 letters" in text
    assert "KeyError: &lt;…&gt;" in text
    assert "first 2026-11-22 10:00:00.000" in text
    assert escape(f"{PATH}?{urlencode({**CHOSEN, 'state': 'open'})}") in text
    assert "Nothing here." in text


def test_groups_of_half_a_shop_say_which_half_is_silent(staff, groups, orders):
    orders.behave("GET", API, hang_up)
    text = text_of(staff.get("/ops/failures/"))
    assert "57 letters" in text
    assert "what is missing here is not known" in text


@pytest.mark.parametrize(("asked", "state"), [("dismissed", "dismissed"), ("nonsense", "open")])
def test_dismissed_groups_are_asked_for_apart(staff, groups, payments, asked, state):
    staff.get(f"/ops/failures/?state={asked}")
    assert payments.seen[-1].query == {"state": state}


# --- One group ---


def test_group_shows_letters_that_lead_to_their_orders(staff, opened, payments):
    opened(dead_again=2)
    text = text_of(staff.get(PATH, CHOSEN))
    assert payments.seen[-1].query == {**CHOSEN, "state": "open"}
    assert f'href="/ops/orders/?find={ORDER_ID}"' in text
    assert "2 of them were replayed before and are dead again." in text
    assert 'id="preview"' not in text


def test_preview_says_what_a_replay_would_do(staff, opened):
    opened()
    text = text_of(staff.get(PATH, {**CHOSEN, "preview": "1"}))
    for words in ("18 letters: handed back", "1 letter: had its effect already", "1 letter: stays open: not signed"):
        assert words in text


def test_deeds_are_told_with_the_name_of_who_did_them(staff, user, opened):
    deed = {"by": str(user.id), "at": MOMENT, "outcome": "dismissed", "note": "a <scanner>", "count": 3}
    opened(deeds=[deed, {**deed, "by": "root", "outcome": "pending", "note": ""}])
    text = text_of(staff.get(PATH, CHOSEN))
    assert "<strong>ada</strong>" in text
    assert "<strong>root</strong>" in text
    assert "3 letters: dismissed" in text
    assert "a &lt;scanner&gt;" in text


def test_group_that_is_empty_offers_nothing_to_do(staff, opened):
    opened(count=0, letters=[])
    assert "/replay/" not in text_of(staff.get(PATH, CHOSEN))


def test_dismissed_group_can_be_restored_and_not_replayed(staff, opened):
    opened()
    text = text_of(staff.get(PATH, {**CHOSEN, "state": "dismissed"}))
    assert f'action="{PATH}restore/"' in text
    assert "/replay/" not in text


@pytest.mark.parametrize("path", [PATH, f"{PATH}?reason={'a' * 31}", f"{PATH}?reason=failed&cause={'a' * 201}"])
def test_group_that_cannot_be_meant_is_a_bad_request(staff, payments, path):
    assert staff.get(path).status_code == 400
    assert payments.seen == []


def test_other_service_has_no_failures(staff):
    assert staff.get("/ops/failures/gateway/", CHOSEN).status_code == 404


# --- Closing and opening ---


@pytest.mark.parametrize(("deed", "said"), [("dismiss", "Dismissed: 57 letters"), ("restore", "Restored: 57 letters")])
def test_group_is_closed_and_opened_with_a_note(staff, opened, payments, deed, said):
    opened()
    payments.answer("POST", f"{API}/{deed}", {"count": 57, "left": 0})
    response = staff.post(f"{PATH}{deed}/", {**CHOSEN, "note": " a scanner "}, follow=True)
    assert said in text_of(response)
    asked = next(each for each in payments.seen if each.method == "POST")
    assert asked.body == {**CHOSEN, "note": "a scanner"}


@pytest.mark.parametrize("deed", ["dismiss", "restore"])
def test_without_a_note_nothing_is_closed_or_opened(staff, opened, payments, deed):
    opened()
    response = staff.post(f"{PATH}{deed}/", {**CHOSEN, "note": "  "}, follow=True)
    assert "Say why" in text_of(response)
    assert {each.method for each in payments.seen} == {"GET"}


# --- Replaying ---


class Letters:
    """Payments, with so many open letters, each of which is handed back, or stays open, as its number says."""

    def __init__(self, stub, count, *, fails=lambda number: False, dies=lambda number: False):
        self.count, self.fails, self.dies = count, fails, dies
        self.steps = []
        self.replayed = []
        self.stub = stub
        stub.behave("POST", f"{API}/replay", self.step)

    def step(self, handler):
        asked = self.stub.seen[-1].body
        self.steps.append(asked)
        again = sum(self.dies(number) for number in self.replayed)
        batch = range(asked["after"] + 1, min(asked["after"] + asked["limit"], self.count) + 1)
        batch = batch if again < asked["stop_at"] else ()
        self.replayed += [number for number in batch if not self.fails(number)]
        after = max([asked["after"], *batch])
        results = [
            {"outcome": "unsigned" if self.fails(number) else "pending", "resolved": not self.fails(number)}
            for number in batch
        ]
        body = {"since": MOMENT, "after": after, "left": self.count - after, "dead_again": again, "results": results}
        reply(handler, 200, body, {})


def run(staff, wanted, note="mended"):
    """Press the button, then do what the page does, until it offers no further step."""
    form = {**CHOSEN, "wanted": wanted, "note": note}
    while True:
        response = staff.post(f"{PATH}replay/", form, headers={"HX-Request": "true"})
        assert response.status_code == 200
        text = text_of(response)
        if "hx-post" not in text:
            return text
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)) | CHOSEN


def test_one_goes_first_then_the_rest_in_small_steps(staff, payments):
    letters = Letters(payments, 57)
    text = run(staff, 1_000_000_000)
    assert [each["limit"] for each in letters.steps] == [1, 20, 20, 20]
    assert letters.replayed == list(range(1, 58))
    assert {each["note"] for each in letters.steps} == {"mended"}
    assert "The replay is over" in text
    assert "Handed back or closed: 57 letters" in text


def test_so_many_are_replayed_and_no_more(staff, payments):
    letters = Letters(payments, 57)
    assert "Not tried: 37 letters" in run(staff, 20)
    assert len(letters.replayed) == 20


def test_nothing_follows_a_first_one_that_still_cannot_be_handled(staff, payments):
    letters = Letters(payments, 57, fails=lambda number: True)
    text = run(staff, 1_000_000_000)
    assert "Stopped: the first one still cannot be handled" in text
    assert len(letters.steps) == 1


def test_nothing_follows_a_first_one_that_is_dead_again(staff, payments):
    letters = Letters(payments, 57, dies=lambda number: True)
    text = run(staff, 1_000_000_000)
    assert "Stopped: what was replayed is dead again" in text
    assert letters.replayed == [1]


def test_run_stops_after_twenty_failures_in_a_row_and_not_before(staff, payments):
    letters = Letters(payments, 90, fails=lambda number: 10 < number < 20 or number > 30)
    text = run(staff, 1_000_000_000)
    assert "Stopped: twenty in a row" in text
    assert letters.steps[-1]["after"] + letters.steps[-1]["limit"] == 50
    assert "Not tried: 40 letters" in text


def test_run_stops_where_twenty_are_dead_again(staff, payments):
    letters = Letters(payments, 90, dies=lambda number: number > 1)
    assert "20 of them were replayed before and are dead again" in run(staff, 1_000_000_000)
    assert len(letters.replayed) == 21


def test_single_letter_that_fails_again_is_not_called_a_success(staff, payments):
    Letters(payments, 57, fails=lambda number: True)
    text = run(staff, 1)
    assert "Still cannot be handled, and open as before: 1 letter." in text


def test_run_goes_on_without_javascript_by_its_button(staff, payments):
    Letters(payments, 57)
    text = text_of(staff.post(f"{PATH}replay/", {**CHOSEN, "wanted": 20}))
    assert "<html" in text
    assert "Next step" in text


@pytest.mark.parametrize("change", [{"wanted": "0"}, {"wanted": "x"}, {"in_a_row": "20"}, {"reason": ""}], ids=str)
def test_step_that_cannot_be_meant_is_a_bad_request(staff, payments, change):
    assert staff.post(f"{PATH}replay/", {**CHOSEN, "wanted": "1", **change}).status_code == 400
    assert payments.seen == []


def test_step_that_payments_refuses_is_no_server_error(staff, payments):
    payments.answer("POST", f"{API}/replay", problem(400, "invalid"), status=400)
    assert staff.post(f"{PATH}replay/", {**CHOSEN, "wanted": "1", "since": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/ops/failures/"),
        ("get", f"{PATH}?reason=failed"),
        ("post", f"{PATH}replay/"),
        ("post", f"{PATH}dismiss/"),
        ("post", f"{PATH}restore/"),
    ],
)
def test_failures_are_for_staff_alone(client, user, orders, payments, method, path):
    assert getattr(client, method)(path)["Location"].startswith("/login/?next=")
    client.force_login(user)
    assert getattr(client, method)(path).status_code == 403
    assert orders.seen == payments.seen == []
