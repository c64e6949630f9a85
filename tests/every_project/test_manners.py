"""What every answer of every service says of itself."""

import re

import pytest
import yaml
from django.conf import settings

from services.common.http.problem_types import TYPES
from tests.support.openapi import FOLDER

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_answer_names_the_trace_that_the_client_began(client, db):
    response = client.get("/livez", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert response["X-Request-Id"] == TRACE


def test_answer_of_a_client_without_a_trace_names_a_new_one(client, db):
    first, second = client.get("/livez")["X-Request-Id"], client.get("/livez")["X-Request-Id"]
    assert first != second
    assert re.fullmatch("[0-9a-f]{32}", first)


@pytest.mark.parametrize("path", ["/api/v1/account", "/api/v1/nothing", "/api/v1/orders"])
def test_problem_names_the_trace_and_leads_to_its_page(client, db, path):
    response = client.get(path)
    body = response.json()
    assert body["trace_id"] == response["X-Request-Id"]
    page = client.get(body["type"])
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert body["type"].rpartition("/")[2] in page.content.decode()


@pytest.mark.parametrize("slug", TYPES)
def test_every_problem_has_a_page_in_both_languages(client, db, slug):
    english, russian = (
        client.get(f"/problems/{slug}", headers={"Accept-Language": language}).content.decode()
        for language in ("en", "ru")
    )
    assert '<html lang="en"' in english
    assert '<html lang="ru"' in russian
    assert re.search("[а-я]{4}", russian.partition("<h1>")[2].partition("<a")[0])


def test_problem_that_is_unknown_has_no_page(client, db):
    assert client.get("/problems/nothing-like-it").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/account", "/api/v1/orders", "/api/v1/tokens/current"])
def test_private_answer_is_not_stored(client, db, path):
    assert client.get(path)["Cache-Control"] == "no-store"


def test_document_says_that_each_answer_names_its_trace():
    paths = yaml.safe_load((FOLDER / f"{settings.SERVICE_NAME}.yaml").read_text())["paths"]
    answers = [answer for path in paths.values() for each in path.values() for answer in each["responses"].values()]
    assert answers
    assert all("X-Request-Id" in answer["headers"] for answer in answers)
