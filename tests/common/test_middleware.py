import pytest
from django.http import HttpResponse
from structlog.testing import capture_logs

from services.common.http.middleware import BODY_LIMIT, BodyLimitMiddleware, RequestLogMiddleware
from services.messaging.trace import current_traceparent

TRACE = "a" * 32


def through(middleware, request):
    """What the middleware answers, and what reached the view behind it."""
    seen = []

    def view(request):
        seen.append((request.body, current_traceparent().split("-")[1]))
        return HttpResponse(status=201)

    return middleware(view)(request), seen


def test_request_is_one_line_without_query_or_body(rf):
    with capture_logs() as lines:
        through(RequestLogMiddleware, rf.post("/api/?token=hidden", {"password": "hidden"}))
    [line] = lines
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/", 201)
    assert line["ms"] >= 0
    assert "hidden" not in str(lines)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/shop.css"])
def test_probes_and_files_are_no_lines(rf, path):
    with capture_logs() as lines:
        through(RequestLogMiddleware, rf.get(path))
    assert lines == []


def test_trace_of_the_caller_goes_on(rf):
    _, [(_, trace)] = through(RequestLogMiddleware, rf.get("/", headers={"traceparent": f"00-{TRACE}-{'b' * 16}-01"}))
    assert trace == TRACE


@pytest.mark.parametrize("header", [None, "", "nonsense", f"01-{TRACE}-{'b' * 16}-01", f"00-{TRACE.upper()}-b-01"])
def test_trace_begins_where_there_is_none(rf, header):
    headers = {} if header is None else {"traceparent": header}
    traces = [through(RequestLogMiddleware, rf.get("/", headers=headers))[1][0][1] for _ in range(2)]
    assert len({*traces, TRACE}) == 3
    assert [len(trace) for trace in traces] == [32, 32]


def test_body_may_reach_the_limit(rf):
    response, [(body, _)] = through(BodyLimitMiddleware, rf.post("/", b"x" * BODY_LIMIT, content_type="text/plain"))
    assert (response.status_code, len(body)) == (201, BODY_LIMIT)


def test_larger_body_is_refused_before_anything_reads_it(rf):
    request = rf.post("/", b"x" * (BODY_LIMIT + 1), content_type="text/plain")
    response, seen = through(BodyLimitMiddleware, request)
    assert (response.status_code, seen, response["Content-Type"]) == (413, [], "application/problem+json")


def test_body_that_does_not_say_its_length_is_refused(rf):
    response, seen = through(BodyLimitMiddleware, rf.post("/", headers={"Transfer-Encoding": "chunked"}))
    assert (response.status_code, seen) == (411, [])


def test_request_without_a_body_passes(rf):
    assert through(BodyLimitMiddleware, rf.get("/"))[0].status_code == 201
