import uuid

import pytest

from tests.support.tokens import bearer


@pytest.fixture
def user_id():
    return uuid.uuid4()


@pytest.fixture
def headers(user_id):
    return bearer(user_id)
