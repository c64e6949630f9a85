"""What browsers are told with every answer, by the rules of Mozilla's HTTP Observatory; in production strictest."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from services.common.env import ROOT
from services.common.secrets import HOLDERS, new_secret

pytestmark = pytest.mark.django_db
SERVICE = settings.SERVICE_NAME
# A page, a problem of the API, what is not there, a static file, a document, the admin and Swagger.
ANSWERS = (
    "/problems/not-found",
    "/api/v1/account",
    "/nowhere/",
    "/static/admin/css/base.css",
    "/api/schema/",
    "/admin/login/",
    "/swagger-ui/",
    "/livez",
)
PAGES = tuple(path for path in ANSWERS if not path.startswith("/static/"))
HALF_A_YEAR = 15_768_000
PRODUCTION = """
import json, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "{service}_proj.settings"
django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/livez", secure=True, headers={{"Host": "shop.example"}})
plain = Client().get("/swagger-ui/", headers={{"Host": "shop.example"}})
names = [name for name in dir(settings) if "COOKIE" in name]
cookies = {{name: getattr(settings, name) for name in names}}
print(json.dumps([dict(answer.items()), cookies, plain.status_code, plain["Location"]], default=str))
"""


def directives(policy):
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


@pytest.mark.parametrize("path", PAGES)
def test_content_policy_allows_nothing_but_what_is_ours(client, path):
    policy = directives(client.get(path)["Content-Security-Policy"])
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == policy["script-src"] == policy["style-src"] == ["'self'"]
    words = {word for values in policy.values() for word in values}
    assert words <= {"'self'", "'none'", "data:"}
    assert [name for name, values in policy.items() if "data:" in values] == ["img-src"]


@pytest.mark.parametrize("path", ANSWERS)
def test_answer_is_not_guessed_at_framed_or_shared_with_other_sites(client, path):
    response = client.get(path)
    response.close()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response
    assert "Server" not in response


@pytest.mark.parametrize("path", PAGES)
def test_page_is_in_no_frame_and_asks_for_no_device(client, path):
    response = client.get(path)
    assert response["X-Frame-Options"] == "DENY"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(response["Permissions-Policy"].split(", "))


@pytest.mark.parametrize("path", ["/admin/login/", "/swagger-ui/"])
def test_page_has_no_script_or_style_of_its_own_and_none_from_elsewhere(client, path):
    page = client.get(path).content.decode()
    sources = re.findall(r"<script[^>]*?src=\"([^\"]*)\"", page) + re.findall(r"<link[^>]*?href=\"([^\"]*)\"", page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>|<style|\son\w+=", page) == []


@pytest.fixture(scope="module")
def production():
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "ignore",
        "EMBEDDED": "0",
        "ALLOWED_HOSTS": "shop.example",
        f"{SERVICE.upper()}_DATABASE_URL": f"postgres://{SERVICE}:password@database.example:5432/{SERVICE}",
        "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093",
        **{name: new_secret(name) for name, services in HOLDERS.items() if SERVICE in services},
    }
    command = [sys.executable, "-c", PRODUCTION.format(service=SERVICE)]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_production_is_reached_by_https_alone(production):
    headers, _, status, location = production
    hsts = headers["Strict-Transport-Security"].split("; ")
    assert int(hsts[0].removeprefix("max-age=")) >= HALF_A_YEAR
    assert {"includeSubDomains", "preload"} <= set(hsts)
    assert (status, location) == (301, "https://shop.example/swagger-ui/")


def test_cookies_of_production_are_the_hosts_own(production):
    cookies = production[1]
    for kind in ("SESSION", "CSRF"):
        assert cookies[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert cookies[f"{kind}_COOKIE_SECURE"] is cookies[f"{kind}_COOKIE_HTTPONLY"] is True
        assert (cookies[f"{kind}_COOKIE_PATH"], cookies[f"{kind}_COOKIE_DOMAIN"]) == ("/", None)
        assert cookies[f"{kind}_COOKIE_SAMESITE"] == "Lax"


def test_cookie_of_a_form_is_read_by_no_script(client):
    cookie = client.get("/admin/login/").cookies[settings.CSRF_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
