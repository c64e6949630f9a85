import stat

import pytest

from services.common.secrets import HOLDERS, is_known, make_secrets, new_secret, share_secrets


def contents(folder):
    return {path.relative_to(folder): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_secrets_are_made_once_for_their_owner_alone(tmp_path):
    make_secrets(tmp_path / "secrets")
    first = contents(tmp_path)
    assert {path.name for path in first} == set(HOLDERS)
    assert len(set(first.values())) == len(HOLDERS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o600}
    make_secrets(tmp_path / "secrets")
    assert contents(tmp_path) == first


def test_secret_that_is_missing_is_added_and_the_others_stay(tmp_path):
    make_secrets(tmp_path)
    first = contents(tmp_path)
    (tmp_path / "ORDERS_SECRET_KEY").unlink()
    make_secrets(tmp_path)
    changed = {path.name for path, text in contents(tmp_path).items() if first[path] != text}
    assert changed == {"ORDERS_SECRET_KEY"}


def test_each_service_gets_what_it_needs_and_no_more(tmp_path):
    share_secrets(tmp_path, {})
    names = {service: {path.name for path in (tmp_path / service).iterdir()} for service in ("gateway", "orders")}
    assert "OUTBOX_SIGNING_KEYS" not in names["gateway"]
    assert "GATEWAY_SECRET_KEY" not in names["orders"]
    shared = [(tmp_path / service / "GATEWAY_TO_ORDERS_TOKEN_KEY").read_text() for service in ("gateway", "orders")]
    assert shared[0] == shared[1]


def test_value_that_is_given_wins_and_one_that_is_there_stays(tmp_path):
    share_secrets(tmp_path, {})
    first = contents(tmp_path)
    share_secrets(tmp_path, {"ORDERS_SECRET_KEY": "given"})
    changed = {str(path): text for path, text in contents(tmp_path).items() if first[path] != text}
    assert changed == {"orders/ORDERS_SECRET_KEY": "given"}


def test_signing_key_has_an_id_so_that_it_can_be_rotated():
    assert new_secret("INBOX_SIGNING_KEYS").startswith("k1:")
    assert ":" not in new_secret("ORDERS_SECRET_KEY")
    assert not is_known(new_secret("ORDERS_SECRET_KEY"))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "short",
        "a" * 49,
        "django-insecure-" + "a" * 50,
        "CHANGE-ME" * 6,
        "example" * 8,
        "b" * 64,
        "password-" * 8,
        "0123456789abcdef" * 4,
    ],
)
def test_secret_that_is_short_or_regular_or_an_example_is_known(value):
    assert is_known(value)
