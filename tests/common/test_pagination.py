from base64 import b64encode

import pytest
from django.contrib.auth.models import Permission

from services.common.http.pagination import NewestFirst
from tests.common.views import ask

pytestmark = pytest.mark.django_db


def page(query=""):
    def answer(request):
        paginator = NewestFirst()
        rows = paginator.paginate_queryset(Permission.objects.all(), request)
        return paginator.get_paginated_response([row.id for row in rows]).data

    return ask(answer, permission=None, path=query if query.startswith("http") else f"/{query}")


def cursor(text):
    return f"?cursor={b64encode(text.encode()).decode()}"


def test_pages_lead_from_the_newest_to_the_oldest_by_absolute_links():
    found, link = [], "?page_size=7"
    while link:
        body = page(link).body
        found += body["results"]
        link = body["next"]
        assert link is None or link.startswith("http://testserver/?cursor=")
    assert found == list(Permission.objects.order_by("-id").values_list("id", flat=True))
    assert page(body["previous"]).status_code == 200


def test_row_that_is_added_meanwhile_moves_nothing():
    first = page("?page_size=3").body
    newest = Permission.objects.order_by("-id").first()
    Permission.objects.create(name="new", codename="new", content_type=newest.content_type)
    assert page(first["next"]).body["results"][0] == first["results"][-1] - 1


def test_size_is_twenty_unless_it_is_asked_for():
    rows = Permission.objects.order_by("-id")
    kind = rows[0].content_type
    Permission.objects.bulk_create(Permission(name=f"{n}", codename=f"{n}", content_type=kind) for n in range(100))
    assert [len(page(query).body["results"]) for query in ("", "?page_size=1", "?page_size=100")] == [20, 1, 100]


@pytest.mark.parametrize("size", ["0", "101", "-1", "1.5", "many", "", "²", "٣", "9" * 10, "1e3", " 1"])
def test_size_that_is_no_number_from_one_to_a_hundred_is_a_400(size):
    response = page(f"?page_size={size}")
    assert (response.status_code, set(response.body["errors"])) == (400, {"page_size"})


@pytest.mark.parametrize(
    "query",
    ["?cursor=nonsense", cursor("p=word"), cursor("p=1.5"), cursor("o=word"), cursor("p=\0")],
)
def test_cursor_that_tells_no_position_is_a_400(query):
    response = page(query)
    assert (response.status_code, set(response.body["errors"])) == (400, {"cursor"})
