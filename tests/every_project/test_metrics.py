"""`/metrics`, as Prometheus reads it."""

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from services.messaging.facts import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(client):
    def scrape():
        response = client.get("/metrics")
        assert response.status_code == 200
        families = text_string_to_metric_families(response.content.decode())
        return {
            (each.name, *sorted(each.labels.values())): each.value for family in families for each in family.samples
        }

    return scrape


def test_every_fact_is_a_metric(scrape):
    found = scrape()
    assert {f"shop_{fact.name}" for fact in facts()} <= {name for name, *_ in found}
    assert found["build_info", settings.VERSION, settings.SERVICE_NAME] == 1


def test_request_is_counted_under_its_route_and_status(client, scrape):
    name = "http_server_request_duration_seconds_count"
    before = scrape().get((name, "/livez", "200", "GET"), 0)
    client.get("/livez")
    client.get("/livez")
    assert scrape()[name, "/livez", "200", "GET"] == before + 2


def test_paths_and_methods_that_anybody_may_invent_are_no_labels(client, scrape):
    client.get("/no/such/path-4711")
    client.generic("BREW", "/no/such/path-4711")
    found = scrape()
    assert not [labels for labels in found if "4711" in str(labels) or "BREW" in labels]
    assert [labels for labels in found if "none" in labels]
