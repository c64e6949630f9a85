import pytest

from services.common import env


@pytest.fixture
def given(monkeypatch):
    """Let the environment be exactly these variables."""
    return lambda **values: monkeypatch.setattr(env, "values", lambda: values)
