from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from services.orders.models import Category, Product
from tests.support.tokens import bearer

URL = "/api/v1/products"


@pytest.fixture
def get(client, catalogue):
    """As an anonymous visitor, in English."""

    def get(path=URL, query=None, **headers):
        return client.get(path, query, headers={**bearer(), "Accept-Language": "en", **headers})

    return get


def slugs(response):
    assert response.status_code == 200, response.content
    return [product["slug"] for product in response.json()["results"]]


def test_product_is_told_in_the_callers_language(get):
    english, russian = (
        get(f"{URL}/green-tea", **{"Accept-Language": language}) for language in ("en", "ru-RU,ru;q=0.9")
    )
    assert english.json() == {
        "slug": "green-tea",
        "name": "Green tea",
        "description": "Good.",
        "category": "tea",
        "price": {"amount": 129_000, "currency": "RUB"},
    }
    assert (russian.json()["name"], russian.json()["description"]) == ("Зелёный чай", "Хорошо.")


def test_products_are_listed_newest_first(get):
    assert slugs(get()) == ["moon", "lamp", "black-tea", "green-tea"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "TEA"}, ["black-tea", "green-tea"]),
        ({"search": "чай"}, ["black-tea", "green-tea"]),
        ({"search": "зелён good"}, ["green-tea"]),
        ({"search": "%"}, []),
        ({"search": "'; drop table"}, []),
        ({"search": " "}, ["moon", "lamp", "black-tea", "green-tea"]),
        ({"category": "home"}, ["moon", "lamp"]),
        ({"category": "nothing"}, []),
        ({"category": "home", "search": "tea"}, []),
        ({"slugs": "lamp,green-tea,nothing"}, ["lamp", "green-tea"]),
        ({"sort": "price"}, ["black-tea", "green-tea", "lamp", "moon"]),
        ({"sort": "-price"}, ["moon", "lamp", "green-tea", "black-tea"]),
        ({"sort": "name"}, ["black-tea", "green-tea", "lamp", "moon"]),
        ({"sort": "name", "page_size": "100"}, ["black-tea", "green-tea", "lamp", "moon"]),
    ],
    ids=str,
)
def test_products_are_filtered_and_sorted(get, query, found):
    assert slugs(get(query=query)) == found


@pytest.mark.parametrize("sort", ["", "name", "price", "-price"])
def test_pages_follow_each_other_by_absolute_links_and_back(get, sort):
    whole = slugs(get(query={"sort": sort}))
    response, seen = get(query={"sort": sort, "page_size": 1}), []
    while True:
        seen += slugs(response)
        following = response.json()["next"]
        if following is None:
            break
        assert following.startswith(f"http://testserver{URL}?")
        response = get(f"{URL}?{urlsplit(following).query}")
    assert seen == whole
    previous = response.json()["previous"]
    assert slugs(get(f"{URL}?{urlsplit(previous).query}")) == [whole[-2]]


def test_inactive_product_is_neither_listed_nor_found(get):
    Product.objects.filter(slug="lamp").update(active=False)
    assert "lamp" not in slugs(get())
    assert get(f"{URL}/lamp").status_code == 404


# base64 of "p=…" for a position that is no id, with NUL, far too great, and of offsets that are none
BAD_CURSORS = ["x", "cD1hYmM=", "cD0A", "bz0tMQ==", "bz1hYmM=", "é"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *(({"cursor": cursor}, 400) for cursor in BAD_CURSORS),
        *(({"page_size": size}, 400) for size in ("0", "-1", "x", "1.5", "", "9" * 5000, "²")),
        ({"search": "a\0b"}, 400),
        ({"search": "x" * 101}, 400),
        ({"category": "a\0b"}, 400),
        ({"category": "x" * 65}, 400),
        ({"slugs": "a\0b"}, 400),
        ({"slugs": "x" * 7000}, 400),
        ({"sort": "amount"}, 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_query_is_refused(get, query, status):
    response = get(query=query)
    assert (response.status_code, response.json()["status"]) == (status, status)


@pytest.mark.parametrize("slug", ["nothing", "a b", "é", "a%00b", "..%2F", "<script>", "x" * 1000])
def test_unknown_or_odd_slug_is_not_found(get, slug):
    response = get(f"{URL}/{slug}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_categories_are_told_in_the_order_they_were_put_up(get):
    russian = get("/api/v1/categories", **{"Accept-Language": "ru"}).json()
    assert russian["results"] == [{"slug": "tea", "name": "Чай"}, {"slug": "home", "name": "Дом"}]


def test_demo_catalogue_is_loaded_once_and_leaves_changes_alone(get, capsys):
    call_command("load_catalogue")
    Product.objects.filter(slug="tuesday-tea").update(amount=12_345, name_en="Wednesday tea")
    call_command("load_catalogue")
    assert capsys.readouterr().out == "30 products added\n0 products added\n"
    assert (Product.objects.count(), Category.objects.count()) == (34, 5)
    assert get(f"{URL}/tuesday-tea").json()["price"]["amount"] == 12_345


def test_demo_catalogue_ranges_from_cheap_to_far_too_dear(db, capsys):
    call_command("load_catalogue")
    amounts = sorted(Product.objects.values_list("amount", flat=True))
    assert (amounts[0], amounts[-1]) == (9_900, 999_999_999_000)
