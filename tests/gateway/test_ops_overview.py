"""The console's overview: what it asks of the services, and what it says while one of them is silent."""

import pytest

from tests.gateway.answers import MOMENT, ORDER_ID, page
from tests.gateway.stub import hang_up

pytestmark = pytest.mark.django_db
PULSE = {"orders_a_minute": 12.4, "timed": 62, "p50_ms": 81.2, "p95_ms": 1910.0}
AUDIT = {
    "id": ORDER_ID,
    "requested_at": MOMENT,
    "finished_at": MOMENT,
    "state": "clean",
    "failure": "",
    "counts": {"orders": 62, "settled": 61},
    "exceptions": 0,
    "findings": [],
}
FINDING = {"kind": "missing", "subject": ORDER_ID, "detail": "no settlement", "fix": "resend_tasks --order <b>1</b>"}


def fact(name="dead_letters", value=0, unit="messages", degraded=False):
    return {"name": name, "help": "Help.", "unit": unit, "value": value, "degraded": degraded, "advice": "Advice."}


@pytest.fixture
def shop(orders, payments):
    """Both services well."""
    for stub in (orders, payments):
        stub.answer("GET", "ops/facts", {"results": [fact()]})
    orders.answer("GET", "audits", page(AUDIT))
    orders.answer("GET", "ops/pulse", PULSE)
    return orders, payments


def shown(client, path="/ops/", **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_overview_of_a_sound_shop_says_so_with_its_times(staff, shop):
    text = shown(staff)
    for words in ("Nothing needs a hand", "Money is sound", "orders 62, settlements 61", "81 ms", "1.9 s", "12.4"):
        assert words in text


def test_overview_asks_in_the_name_of_staff_for_so_much_alone(staff, shop):
    orders, payments = shop
    shown(staff)
    assert [each.path for each in orders.seen] == ["ops/facts", "audits", "ops/pulse"]
    assert [each.path for each in payments.seen] == ["ops/facts"]


def test_what_is_out_of_bounds_stands_first_with_what_to_do(staff, shop):
    _, payments = shop
    late = fact("oldest_unsent_seconds", 75.2, "seconds", degraded=True)
    new = fact("of_a_later_version", 3, "things", degraded=True)
    payments.answer("GET", "ops/facts", {"results": [late, new]})
    text = shown(staff)
    assert text.index("Payments: Oldest unsent message: 1 min") < text.index("Money is sound")
    assert "relay_outbox" in text
    assert "Payments: Help.: 3" in text
    assert "Advice." in text


def test_fact_that_cannot_be_read_is_not_known(staff, shop):
    shop[1].answer("GET", "ops/facts", {"results": [fact(value=None, degraded=True)]})
    assert "Dead letters: not known" in shown(staff)


@pytest.mark.parametrize(
    ("silent", "missing"), [("payments", []), ("orders", ["Money is sound", "Orders a minute"])], ids=str
)
def test_overview_of_half_a_shop_says_which_half_is_silent(request, staff, shop, silent, missing):
    request.getfixturevalue(silent).behave("GET", "ops/facts", hang_up)
    text = shown(staff)
    assert f"{silent.capitalize()}: Does not answer" in text
    assert f"manage.py {silent} doctor" in text
    assert [words for words in missing if words in text] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "exceptions", "exceptions": 1, "findings": [FINDING]}, ["1 exception", ORDER_ID, "&lt;b&gt;1"]),
        ({"state": "failed", "failure": "payments cannot be asked"}, ["could not be made", "cannot be asked"]),
        ({"state": "waiting", "finished_at": None}, ["Not known yet", "An audit is being made"]),
    ],
    ids=["exceptions", "failed", "waiting"],
)
def test_overview_calls_money_sound_only_after_a_clean_audit(staff, shop, change, words):
    shop[0].answer("GET", "audits", page({**AUDIT, **change}))
    text = shown(staff)
    assert [each for each in words if each not in text] == []
    assert "Money is sound" not in text


def test_shop_without_an_audit_and_without_orders_has_an_overview(staff, shop):
    shop[0].answer("GET", "audits", page())
    shop[0].answer("GET", "ops/pulse", {"orders_a_minute": 0, "timed": 0, "p50_ms": None, "p95_ms": None})
    assert "There was no audit yet" in shown(staff)


def test_audit_is_made_when_staff_press_for_it(staff, shop):
    orders, _ = shop
    orders.answer("POST", "audits", {**AUDIT, "state": "waiting", "finished_at": None}, status=202)
    text = staff.post("/ops/audit/", follow=True).content.decode()
    assert "An audit is asked for" in text
    assert ("POST", "audits") in {(each.method, each.path) for each in orders.seen}


def test_overview_follows_itself(staff, shop):
    part = shown(staff, "/ops/?poll=1", **{"HX-Request": "true"})
    assert 'hx-trigger="load delay:5s, resume"' in part
    assert "<html" not in part


def test_overview_speaks_russian(staff, shop):
    text = shown(staff, **{"Accept-Language": "ru"})
    assert "Деньги в порядке" in text
    assert "12,4" in text


@pytest.mark.parametrize(("method", "path"), [("get", "/ops/"), ("get", "/ops/day/"), ("post", "/ops/audit/")])
def test_console_is_for_staff_alone(client, user, shop, method, path):
    assert getattr(client, method)(path)["Location"].startswith("/login/?next=")
    client.force_login(user)
    assert getattr(client, method)(path).status_code == 403
    assert shop[0].seen == shop[1].seen == []


def test_staff_find_the_console_on_every_page(staff, shop, orders):
    assert 'href="/ops/"' in shown(staff)


def hour(number, orders, p95_ms):
    return {"at": f"2026-11-22T{number:02}:00:00Z", "orders": orders, "p50_ms": p95_ms, "p95_ms": p95_ms}


def test_day_is_drawn_as_bars_that_say_what_they_stand_for(staff, orders):
    orders.answer("GET", "ops/hours", {"results": [hour(1, 0, None), hour(2, 30, 1500.0), hour(3, 60, 90.0)]})
    text = shown(staff, "/ops/day/?poll=1", **{"HX-Request": "true"})
    assert '<rect x="0" y="60" width="8" height="0"><title>01:00: 0</title>' in text
    assert '<rect x="10" y="30" width="8" height="30"><title>02:00: 30</title>' in text
    assert '<rect x="20" y="0" width="8" height="60"><title>03:00: 60</title>' in text
    assert "Most: 60 at 03:00 UTC" in text
    assert "Most: 1.5 s at 02:00 UTC" in text


def test_day_of_a_silent_service_stays_as_it_was(staff, orders):
    orders.behave("GET", "ops/hours", hang_up)
    assert staff.get("/ops/day/?poll=1", headers={"HX-Request": "true"}).status_code == 204


def test_day_without_orders_has_no_bars_to_speak_of(staff, orders):
    orders.answer("GET", "ops/hours", {"results": [hour(number, 0, None) for number in range(24)]})
    assert "Most:" not in shown(staff, "/ops/day/")
