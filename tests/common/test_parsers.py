import pytest

from tests.common.views import ask


def sent(raw):
    return ask(lambda request: request.data, "post", raw=raw, permission=None)


def test_json_is_read():
    assert sent('{"a": [1, "é"]}'.encode()).body == {"a": [1, "é"]}


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\0",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_body_that_is_no_json_is_a_400(raw):
    response = sent(raw)
    assert (response.status_code, response.body["type"]) == (400, "/problems/bad-request")
