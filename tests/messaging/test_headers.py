import json

from hypothesis import given
from hypothesis import strategies as st

from services.messaging.headers import quote_headers, unquote_headers

NAMES = st.text(st.characters(exclude_categories=["Cs"]))  # Kafka's names are UTF-8
HEADERS = st.lists(st.tuples(NAMES, st.binary()))


@given(HEADERS)
def test_no_byte_is_lost_on_the_way_through_json(headers):
    assert unquote_headers(json.loads(json.dumps(quote_headers(headers)))) == tuple(headers)


@given(HEADERS)
def test_every_byte_can_be_stored_as_jsonb(headers):
    """PostgreSQL refuses NUL in JSON, and other control characters are hard to read."""
    assert all(part.isascii() and (part.isprintable()) for pair in quote_headers(headers) for part in pair)


def test_readable_text_stays_as_it_is():
    assert quote_headers([("ce_type", b"test.note"), ("share", b"50 %")]) == [
        ["ce_type", "test.note"],
        ["share", "50 %25"],
    ]
