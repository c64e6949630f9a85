"""What must hold for each of the three projects, under its own settings."""

import pytest
from django.conf import settings
from django.core.management import call_command

from services.messaging.facts import facts


def test_migrations_are_complete(db):
    call_command("makemigrations", check=True, dry_run=True)


def test_deployment_checks_pass(db):
    call_command("check", fail_level="WARNING")


def test_openapi_document_is_valid(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True)
    assert "openapi: 3.1" in capsys.readouterr().out


def test_stored_openapi_document_is_what_the_service_says(capsys):
    stored = settings.BASE_DIR / "docs" / "openapi" / f"{settings.SERVICE_NAME}.yaml"
    call_command("spectacular")
    command = f"manage.py {settings.SERVICE_NAME} spectacular --file {stored.relative_to(settings.BASE_DIR)}"
    assert capsys.readouterr().out == stored.read_text(), f"write it anew: {command}"


def test_database_is_the_services_own(db):
    assert settings.DATABASES["default"]["NAME"] == f"test_{settings.SERVICE_NAME}"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probe_answers(db, client, path):
    assert client.get(path).status_code == 200


def test_facts_have_names_of_their_own_and_say_what_they_are(db):
    names = [fact.name for fact in facts()]
    assert len(set(names)) == len(names)
    assert all(fact.help.endswith(".") for fact in facts())


def test_every_fact_can_be_read(db):
    assert [fact.name for fact in facts() if fact.take().value is None] == []
