import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.text import is_storable, storable


@given(st.text(st.characters()), st.integers(0, 20))
def test_any_text_is_made_fit_to_be_kept(text, limit):
    kept = storable(text, limit)
    assert len(kept) <= limit
    assert is_storable(kept, limit)
    assert "\0" not in kept
    kept.encode()


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "Привет"])
def test_database_takes_it(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [storable(text, 100)])
        assert cursor.fetchone() == (storable(text, 100),)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "too long"])
def test_what_would_be_changed_is_told(text):
    assert not is_storable(text, 5)
