"""`/metrics` for Prometheus: every fact of the service, and how its requests were answered.

Names follow OpenTelemetry's where it has one. A web server of several processes sets `PROMETHEUS_MULTIPROC_DIR`, as
the library documents it.
"""

import os
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from services.messaging.facts import Kind, facts

REQUESTS = Histogram(
    "http_server_request_duration_seconds",
    "How long requests took, by method, route and status.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count a request under its route: paths, which anybody may invent, are no labels; nor are methods."""
    match = request.resolver_match
    route = f"/{match.route}" if match else "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, response.status_code).observe(seconds)


class Facts(Collector):
    """What the installed apps tell at this moment; a fact that cannot be read is absent."""

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "build", "What runs here.", {"service": settings.SERVICE_NAME, "version": settings.VERSION}
        )
        for reading in (fact.take() for fact in facts()):
            fact = reading.fact
            family = CounterMetricFamily if fact.kind is Kind.COUNTER else GaugeMetricFamily
            if reading.value is not None:
                yield family(f"shop_{fact.name}", fact.help, float(reading.value))


def metrics(_: HttpRequest) -> HttpResponse:
    """Every metric as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(Facts())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
