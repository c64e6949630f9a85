"""What staff do with dead letters: each service has the same way, and orders stands for both."""

import uuid

import pytest

from services.messaging.models import DeadLetter, OutboxMessage, PendingDelivery, Redrive
from services.messaging.receiving.dead_letters import digest_of
from services.messaging.record import Record
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db
API = "/api/v1/ops/dead-letters"
STAFF = uuid.uuid4()
REFUSED = {"reason": "refused", "cause": "too large: …"}
UNSIGNED = {"reason": "unsigned", "cause": ""}


@pytest.fixture
def get(client):
    def get(path="", **query):
        response = client.get(f"{API}{path}", query, headers=bearer(STAFF, staff=True))
        assert response.status_code == 200, response.content
        return response.json()

    return get


@pytest.fixture
def post(client):
    def post(path, status=200, **body):
        response = client.post(
            f"{API}/{path}", body, content_type="application/json", headers=bearer(STAFF, staff=True)
        )
        assert response.status_code == status, response.content
        return response.json()

    return post


@pytest.fixture
def refused(place):
    """Three tasks that the broker refused: replayed, they are pending again."""
    for number in range(3):
        place()
        message = OutboxMessage.objects.latest("id")
        DeadLetter.objects.create(
            source="outbox", reason="refused", detail=f"too large: {number}", topic="outbox",
            type=message.type, subject=message.subject, digest=bytes([number]),
        )  # fmt: skip
    PendingDelivery.objects.all().delete()


@pytest.fixture
def unsigned(db):
    """A record that nobody signed: replayed, it still cannot be read."""
    raw = Record(topic="inbox", partition=0, offset=7, timestamp=None, key=b"k", value=b"{}", headers=())
    DeadLetter.objects.create(
        source="inbox", reason="unsigned", topic="inbox", partition=0, offset=7, key=b"k", value=b"{}",
        digest=digest_of(raw),
    )  # fmt: skip


def step(**changes):
    return {"note": "", "after": 0, "limit": 50, "since": None, "stop_at": 20, **changes}


def test_letters_come_in_groups(get, refused, unsigned):
    groups = {(each["reason"], each["cause"]): each["count"] for each in get()["results"]}
    assert groups == {("refused", "too large: …"): 3, ("unsigned", ""): 1}
    assert get(state="dismissed") == {"results": []}


def test_group_tells_its_letters_newest_first(get, refused):
    group = get("/group", **REFUSED)
    assert (group["count"], group["dead_again"], group["deeds"]) == (3, 0, [])
    assert [each["detail"] for each in group["letters"]] == ["too large: 2", "too large: 1", "too large: 0"]


def test_preview_says_what_would_become_of_them(get, refused, unsigned):
    assert get("/preview", **REFUSED) == {"outcomes": {"pending": 3}}
    assert get("/preview", **UNSIGNED) == {"outcomes": {"unsigned": 1}}
    assert not PendingDelivery.objects.exists()


def test_replay_goes_on_where_the_step_before_ended(post, refused):
    first = post("replay", **REFUSED, **step(limit=1))
    assert (len(first["results"]), first["left"], PendingDelivery.objects.count()) == (1, 2, 1)
    second = post("replay", **REFUSED, **step(after=first["after"], since=first["since"], note="mended"))
    assert second["results"] == [{"outcome": "pending", "resolved": True}] * 2
    assert (second["left"], PendingDelivery.objects.count()) == (0, 3)
    assert set(Redrive.objects.values_list("by", "note")) == {(str(STAFF), ""), (str(STAFF), "mended")}


def test_letter_that_still_cannot_be_read_is_not_resolved(post, get, unsigned):
    told = post("replay", **UNSIGNED, **step())
    assert told["results"] == [{"outcome": "unsigned", "resolved": False}]
    assert get("/group", **UNSIGNED)["count"] == 1


def test_run_whose_letters_are_dead_again_stops(post, refused):
    first = post("replay", **REFUSED, **step(limit=1))
    DeadLetter.objects.update(resolved_at=None)  # the broker refused it again
    then = post("replay", **REFUSED, **step(after=first["after"], since=first["since"], stop_at=1))
    assert (then["dead_again"], then["results"], then["left"]) == (1, [], 2)
    later = post("replay", **REFUSED, **step(after=first["after"], since=first["since"], stop_at=2))
    assert len(later["results"]) == 2


def test_dismissed_letters_are_restored_and_both_is_told_with_who_and_why(post, get, refused):
    assert post("dismiss", **REFUSED, note="a scanner") == {"count": 3, "left": 0}
    assert get("/group", **REFUSED, state="dismissed")["count"] == 3
    assert post("restore", **REFUSED, note="it was ours") == {"count": 3, "left": 0}
    deeds = get("/group", **REFUSED)["deeds"]
    assert [(each["by"], each["outcome"], each["note"], each["count"]) for each in deeds] == [
        (str(STAFF), "restored", "it was ours", 3),
        (str(STAFF), "dismissed", "a scanner", 3),
    ]


@pytest.mark.parametrize("path", ["dismiss", "restore"])
@pytest.mark.parametrize("note", ["", "  ", "a" * 501])
def test_nothing_is_closed_or_opened_without_a_reason(post, refused, path, note):
    assert "note" in post(path, 400, **REFUSED, note=note)["errors"]
    assert not Redrive.objects.exists()


@pytest.mark.parametrize("change", [{"limit": 0}, {"limit": 51}, {"after": -1}, {"stop_at": 0}, {"more": 1}], ids=str)
def test_step_that_cannot_be_meant_is_refused(post, refused, change):
    post("replay", 400, **REFUSED, **step(**change))
    assert not Redrive.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "/group?reason=failed"),
        ("get", "/preview?reason=failed"),
        ("post", "/replay"),
        ("post", "/dismiss"),
        ("post", "/restore"),
    ],
)
def test_dead_letters_are_for_staff_alone(client, db, method, path):
    ask = getattr(client, method)
    assert ask(f"{API}{path}", headers=bearer(STAFF)).status_code == 403
    assert ask(f"{API}{path}").status_code == 401
