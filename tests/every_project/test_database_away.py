"""The own database does not answer: every request is told to come again, and nobody sees a server error."""

import pytest
from django.conf import settings
from django.db import connection
from structlog.testing import capture_logs

from services.embedded.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)
IS_GATEWAY = settings.SERVICE_NAME == "gateway"
# A session is looked up for the first, and by the gateway alone a token for the second.
ASKING = ("/admin/", "/api/v1/account", "/orders/") if IS_GATEWAY else ("/admin/",)


@pytest.fixture
def away():
    port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], str(free_port())
    connection.close()
    yield
    connection.settings_dict["PORT"] = port
    connection.close()


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("path", ASKING)
def test_request_is_told_to_come_again_in_one_line_of_the_log(client, path):
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-somebody"
    with capture_logs() as lines:
        response = client.get(path, headers={"Authorization": "Bearer abc"})
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert (response["Content-Type"] == "application/problem+json") is ("/api/" in path or not IS_GATEWAY)
    assert [each["path"] for each in lines if each.get("action") == "database_away"] == [path]
