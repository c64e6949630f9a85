import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, NotFound, Throttled, ValidationError

from services.common.http import problems
from services.common.http.problems import CONTENT_TYPE, Problem, flatten, problem_body
from tests.common.views import ask


def refused(error):
    def answer(request):
        raise error

    return ask(answer, permission=None)


class Line(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1)


class Cart(serializers.Serializer):
    items = Line(many=True, allow_empty=False)

    def validate(self, data):
        if len(data["items"]) > 2:
            raise ValidationError("Too many.")
        return data


def errors_of(data):
    def answer(request):
        Cart(data=data).is_valid(raise_exception=True)

    return ask(answer, permission=None).body["errors"]


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Http404(), 404, "not-found"),
        (PermissionDenied(), 403, "forbidden"),
        (NotFound("Gone."), 404, "not-found"),
        (MethodNotAllowed("GET"), 405, "method-not-allowed"),
        (Throttled(), 429, "too-many-requests"),
        (ValidationError({"a": ["b"]}), 400, "invalid"),
        (Problem(422, "idempotency-key-reused", "Told."), 422, "idempotency-key-reused"),
    ],
)
def test_every_refusal_has_one_shape(error, status, slug):
    response = refused(error)
    assert (response.status_code, response["Content-Type"]) == (status, CONTENT_TYPE)
    assert response.body["type"] == f"/problems/{slug}"
    assert response.body["status"] == status
    assert response.body["title"]
    assert response.body["detail"]


def test_problem_brings_members_and_headers_of_its_own():
    response = refused(Problem(409, "in-progress", "Wait.", headers={"Retry-After": "1"}, total=7))
    assert (response["Retry-After"], response.body["total"], response.body["detail"]) == ("1", 7, "Wait.")


def test_unforeseen_error_stays_one():
    with pytest.raises(ZeroDivisionError):
        refused(ZeroDivisionError())


def test_errors_are_told_by_the_path_of_what_is_wrong():
    assert set(errors_of({"items": [{"quantity": 1}, {"quantity": 0}]})) == {"items.1.quantity"}
    assert set(errors_of({"items": [{"quantity": 1}, {}]})) == {"items.1.quantity"}
    assert set(errors_of({"items": []})) == {"items"}
    assert set(errors_of({})) == {"items"}
    assert errors_of({"items": [{"quantity": 1}] * 3}) == {"non_field_errors": ["Too many."]}
    assert set(errors_of([])) == {"non_field_errors"}


def test_errors_of_no_field_are_of_the_body():
    assert flatten(["a", "b"]) == {"body": ["a", "b"]}
    assert flatten("a") == {"body": ["a"]}
    assert flatten({"a": [], "b": {}}) == {}


def test_summary_is_told_in_the_readers_language():
    with translation.override("ru"):
        assert refused(ValidationError({"a": ["b"]})).body["detail"] == "Запрос составлен неверно."


@pytest.mark.parametrize(
    ("handler", "status"),
    [(problems.bad_request, 400), (problems.forbidden, 403), (problems.not_found, 404)],
)
def test_djangos_own_refusals_are_problems_that_say_nothing_of_the_cause(rf, handler, status):
    response = handler(rf.get("/"), Exception("hidden"))
    assert (response.status_code, response["Content-Type"]) == (status, CONTENT_TYPE)
    assert b"hidden" not in response.content


def test_crash_is_a_problem_that_says_nothing_of_the_cause(rf):
    response = problems.server_error(rf.get("/"))
    assert (response.status_code, response["Content-Type"]) == (500, CONTENT_TYPE)


def test_title_is_the_statuss_own_phrase():
    assert problem_body(413, "body-too-large", "Less.")["title"] == "Request Entity Too Large"
